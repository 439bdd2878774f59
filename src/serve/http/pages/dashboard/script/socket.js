// The WebSocket.

var socket = null;
var failures = 0;
var retryTimer = 0;
var badgeElement = one('badge');

function badge(text, state) {
  if (badgeElement.textContent !== text) badgeElement.textContent = text;
  badgeElement.dataset.state = state;
}

// Worker and level are filtered by the server; a comma would be two values there.
function serverFilter() {
  var filter = wanted();
  var asked = {};
  if (filter.worker) asked.worker = [filter.worker.slice(0, 256)];
  if (filter.level) asked.level = [filter.level];
  return asked;
}

function subscribe() {
  if (socket && socket.readyState === 1) socket.send(JSON.stringify({ type: 'subscribe', filter: serverFilter(), batch: true }));
}

function connect() {
  clearTimeout(retryTimer);
  if (socket) return;
  var asked = new URLSearchParams({ batch: '1', epoch: place.epoch, seq: place.seq });
  badge(failures ? 'connecting again' : 'connecting', 'wait');
  var opened = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/ws?' + asked);
  socket = opened;
  opened.addEventListener('open', function () { subscribe(); });
  opened.addEventListener('message', function (message) {
    var said;
    try { said = JSON.parse(message.data); } catch (error) { return; }
    hear(said);
  });
  opened.addEventListener('close', function () {
    if (socket !== opened) return;
    socket = null;
    failures += 1;
    var wait = Math.min(LONGEST_WAIT_MS, 500 * Math.pow(2, Math.min(failures - 1, 6)));
    wait = wait * (0.7 + 0.6 * Math.random());
    badge('offline, trying again', 'off');
    retryTimer = setTimeout(connect, wait);
  });
}

function gap(data, epoch) {
  var text;
  if (data.reason === 'other-epoch' || String(epoch) !== String(place.epoch)) {
    text = 'The server was restarted: events in between may be missing here.';
  } else if (typeof data.dropped === 'number') {
    if (data.dropped === 0) return;
    text = data.dropped + (data.dropped === 1 ? ' event was missed.' : ' events were missed.');
  } else {
    text = 'Events were missed.';
  }
  var banner = one('gap');
  banner.querySelector('p').textContent = text;
  banner.hidden = false;
}

one('gap').querySelector('button').addEventListener('click', function () { one('gap').hidden = true; });

function hear(said) {
  var data = said.data || {};
  switch (said.type) {
    case 'gap':
      gap(data, said.epoch);
      break;
    case 'init':
      failures = 0;
      badge('live', 'on');
      if (!data.resumed) {
        place.epoch = said.epoch;
        recent = [];
        waiting = [];
        waited = 0;
        everything();
        reloadEvents();
      }
      break;
    case 'event':
      take(data, said.seq);
      touch(data);
      happened('events');
      break;
    case 'events':
      if (Array.isArray(data)) {
        // Only without a filter is it known which number each has.
        var numbered = data.length === said.last - said.first + 1;
        data.forEach(function (event, at) { take(event, numbered ? said.first + at : said.last); });
        data.forEach(touch);
        if (data.length) happened('events');
      }
      break;
    default:
      happened(said.type);
  }
  if (said.epoch !== undefined && said.type !== 'gap') place.epoch = said.epoch;
  if (typeof said.last === 'number') place.seq = said.last;
  else if (typeof said.seq === 'number') place.seq = said.seq;
}

// The card of a worker says at once that it was heard of; all else comes with the panel.
function touch(event) {
  if (typeof event.worker !== 'string' || document.visibilityState === 'hidden') return;
  var card = cards().get(visible(event.worker));
  if (!card) return;
  var time = card.querySelector('time.ago');
  if (time) {
    time.dataset.at = Date.now() + ahead;
    time.textContent = 'now';
  }
  var last = card.querySelector('.last bdi');
  if (last) last.textContent = short(event.msg);
}

var cardsKnown = new Map();
var cardsAt = 0;
function cards() {
  if (Date.now() - cardsAt > 1000) {
    cardsKnown = new Map(all('.worker').map(function (card) { return [card.dataset.key, card]; }));
    cardsAt = Date.now();
  }
  return cardsKnown;
}
