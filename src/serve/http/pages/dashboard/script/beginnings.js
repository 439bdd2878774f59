// What all parts of the script stand on: the places of the page, and foreign text as text.

var MOST_EVENTS = 200;
var TEXT_CHARS = 240;
var LONGEST_WAIT_MS = 15000;
// Text in a flame graph that is made narrower than this cannot be read.
var NARROWEST_PICTURE = 760;
var OLDEST_PANEL_MS = 30000;
var body = document.body;
var place = { epoch: body.dataset.epoch, seq: Number(body.dataset.seq) };
// How far the clock of the server is ahead of this one.
var ahead = Number(body.dataset.now) - Date.now();

function one(id) { return document.getElementById(id); }
function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

// Foreign text. It is only ever put into text nodes, with what could turn a line around made visible first.

var UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

function visible(text) {
  return text.replace(UNSAFE, function (c) { return '\\u{' + c.codePointAt(0).toString(16) + '}'; });
}

function short(value) {
  if (typeof value !== 'string') return '';
  // A character may take two units, so twice as many hold the first ones.
  var characters = Array.from(value.slice(0, 2 * TEXT_CHARS + 2));
  if (characters.length <= TEXT_CHARS) return visible(characters.join(''));
  var piece = characters.slice(0, TEXT_CHARS).join('');
  // What is too long ends with a whole word, if that is not a long one.
  var whole = /\s/.test(characters[TEXT_CHARS]) ? piece : piece.replace(/\s\S{0,39}$/u, '');
  return visible(whole.trimEnd()) + '…';
}

function make(tag, className, text) {
  var element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
