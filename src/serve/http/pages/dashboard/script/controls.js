// Buttons, keys, light and dark.

var themeButton = one('theme');
function sayTheme() { themeButton.textContent = 'Theme: ' + window.fabricTheme.chosen(); }
function changeTheme() {
  window.fabricTheme.next();
  sayTheme();
  all('iframe').forEach(dress);
}
themeButton.addEventListener('click', changeTheme);
sayTheme();

// A picture in a frame is of this server: it is made as wide as its room, and as light as the page.
function dress(frame) {
  var inside = frame.contentDocument;
  var picture = inside && inside.documentElement;
  if (!picture || picture.nodeName !== 'svg') return;
  var box = picture.viewBox.baseVal;
  var width = Math.max(frame.clientWidth, NARROWEST_PICTURE);
  picture.setAttribute('width', width);
  picture.setAttribute('height', box.height * width / box.width);
  picture.setAttribute('preserveAspectRatio', 'xMinYMin');
  frame.style.height = Math.min(640, Math.max(160, box.height * width / box.width + 20)) + 'px';
  window.fabricTheme.apply(inside);
}

window.addEventListener('resize', function () { all('iframe').forEach(dress); });

document.addEventListener('load', function (event) {
  if (event.target.nodeName === 'IFRAME') dress(event.target);
}, true);

document.addEventListener('click', function (event) {
  var order = event.target.closest && event.target.closest('[data-sort-by]');
  if (order) {
    event.preventDefault();
    var asked = new URLSearchParams(location.search);
    asked.set('sort', order.dataset.sortBy);
    history.replaceState(null, '', '?' + asked + location.hash);
    refresh('files');
  }
});

// Comparing two snapshots.

function compare() {
  var form = one('compare');
  var frame = one('flame-frame');
  if (!form || !frame) return;
  var asked = new URLSearchParams();
  ['target', 'baseline', 'current'].forEach(function (name) { asked.set(name, form.elements[name].value); });
  var address = '/api/memory/flame.svg?' + asked;
  one('flame-alone').href = address;
  if (frame.getAttribute('src') !== address) frame.setAttribute('src', address);
}

function choose(field, name) {
  var form = one('compare');
  if (!form) return;
  form.elements[field].value = name;
  form.elements[field].dataset.kept = 'yes';
  compare();
}

document.addEventListener('change', function (event) {
  if (event.target.form && event.target.form.id === 'compare') choose(event.target.name, event.target.value);
});

// Buttons that change something on the server.

function post(button) {
  var room = button.closest('[data-panel]') || document;
  var words = button.textContent;
  function say(text, isBad) {
    var said = room.querySelector('.said');
    if (!said) return;
    said.textContent = text;
    said.classList.toggle('bad', Boolean(isBad));
  }
  button.disabled = true;
  if (button.dataset.busy) button.textContent = button.dataset.busy + '…';
  say('');
  return fetch(button.dataset.post, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' }
  }).then(function (answer) {
    if (answer.status === 401 || answer.status === 403) {
      say('Log in first: the token is needed to do this.', true);
      location.assign('/login');
      return;
    }
    return answer.json().catch(function () { return {}; }).then(function (told) {
      if (answer.ok) say(short(told.message) || short(told.formatted) || button.dataset.done || 'Done.');
      else say('Not done: ' + (short(told.message) || 'status ' + answer.status) + '.', true);
      (button.dataset.then || '').split(' ').forEach(function (name) { if (name) refresh(name); });
    });
  }).catch(function () {
    say('Not done: the server cannot be reached.', true);
  }).then(function () {
    button.disabled = false;
    if (button.dataset.busy) button.textContent = words;
  });
}

document.addEventListener('click', function (event) {
  var button = event.target.closest && event.target.closest('button[data-post], button[data-compare]');
  if (!button) return;
  if (button.dataset.post) {
    post(button);
  } else {
    choose(button.dataset.compare, button.dataset.name);
    one('flame').scrollIntoView({ block: 'nearest' });
  }
});

var keysDialog = one('keys-dialog');
one('keys').addEventListener('click', function () { keysDialog.showModal(); });

document.addEventListener('keydown', function (event) {
  var at = event.target;
  var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(at.nodeName);
  if (event.key === 'Escape' && typing) {
    at.blur();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || keysDialog.open) return;
  if (event.key === '/') {
    event.preventDefault();
    one('filter-text').focus();
  } else if (event.key === 'p') {
    pause(!paused);
  } else if (event.key === 't') {
    changeTheme();
  } else if (event.key === 'g') {
    one('main').focus();
    scrollTo(0, 0);
  } else if (event.key === '?') {
    keysDialog.showModal();
  }
});

tellTimes();
connect();
