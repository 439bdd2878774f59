// Panels: fragments that the server has escaped, put in place without losing focus, scroll or what is unfolded.

function keyOf(node) { return node.nodeType === 1 ? node.getAttribute('data-key') || node.id || null : null; }

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

function sync(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  // A picture in a frame has been zoomed and searched perhaps; its address changes only with what is asked for.
  var isChosen = old.id === 'flame-frame' || old.id === 'flame-alone';
  Array.prototype.slice.call(fresh.attributes).forEach(function (attribute) {
    if (attribute.name === 'data-kept' || (isChosen && kept())) return;
    if (old.getAttribute(attribute.name) !== attribute.value) old.setAttribute(attribute.name, attribute.value);
  });
  Array.prototype.slice.call(old.attributes).forEach(function (attribute) {
    var isOurs = attribute.name === 'open' || attribute.name === 'data-kept';
    if (!isOurs && !fresh.hasAttribute(attribute.name)) old.removeAttribute(attribute.name);
  });
  // What a button has said stays until another one says something.
  if (old.nodeName === 'OUTPUT') return;
  if (old.nodeName === 'SELECT' && document.activeElement === old) return;
  var chosen = old.nodeName === 'SELECT' ? old.value : null;
  syncChildren(old, fresh);
  if (chosen !== null) {
    var still = all('option', old).some(function (option) { return option.value === chosen; });
    if (still && old.dataset.kept === 'yes') old.value = chosen;
  }
}

// Whether two snapshots were chosen by hand.
function kept() { return document.querySelector('#compare [data-kept=yes]') !== null; }

function isBlank(node) { return node.nodeType === 3 && node.data.trim() === ''; }

function syncChildren(old, fresh) {
  var keyed = new Map();
  Array.prototype.forEach.call(old.childNodes, function (child) {
    var key = keyOf(child);
    if (key !== null) keyed.set(key, child);
  });
  var at = old.firstChild;
  Array.prototype.slice.call(fresh.childNodes).forEach(function (wanted) {
    // Space between elements says nothing, and is not the same in a page and in a fragment.
    if (isBlank(wanted) && !(at && isBlank(at))) return;
    while (at && isBlank(at) && !isBlank(wanted)) at = at.nextSibling;
    var key = keyOf(wanted);
    var found = key !== null ? keyed.get(key) : at;
    if (found && alike(found, wanted)) {
      if (found !== at) old.insertBefore(found, at);
      else at = at.nextSibling;
      sync(found, wanted);
    } else {
      old.insertBefore(document.importNode(wanted, true), at);
    }
  });
  while (at) {
    var next = at.nextSibling;
    old.removeChild(at);
    at = next;
  }
}

function replace(room, html) {
  var parsed = new DOMParser().parseFromString(html, 'text/html');
  all('script', parsed).forEach(function (script) { script.remove(); });
  syncChildren(room, parsed.body);
  tellTimes();
}

var panels = new Map();
all('[data-panel]').forEach(function (room) {
  panels.set(room.dataset.panel, {
    room: room,
    staleOn: room.dataset.staleOn,
    pause: Number(room.dataset.pause),
    asking: false,
    stale: false,
    askedAt: Date.now(),
    timer: 0
  });
});

function query() {
  var asked = new URLSearchParams();
  var now = new URLSearchParams(location.search);
  ['target', 'sort'].forEach(function (name) { if (now.get(name)) asked.set(name, now.get(name)); });
  return asked;
}

function refresh(name, more) {
  var panel = panels.get(name);
  if (!panel) return Promise.resolve();
  // One question at a time; what comes meanwhile is one more, afterwards.
  if (panel.asking) {
    panel.stale = true;
    return Promise.resolve();
  }
  clearTimeout(panel.timer);
  panel.timer = 0;
  panel.asking = true;
  panel.stale = false;
  panel.askedAt = Date.now();
  var asked = query();
  Object.keys(more || {}).forEach(function (key) { if (more[key]) asked.set(key, more[key]); });
  var text = asked.toString();
  return fetch('/panels/' + name + (text ? '?' + text : ''), { credentials: 'same-origin' })
    .then(function (answer) {
      if (answer.status === 401 || answer.status === 403) {
        badge('logged out', 'off');
        throw new Error('logged out');
      }
      if (!answer.ok) throw new Error('status ' + answer.status);
      return answer.text();
    })
    .then(function (html) { replace(panel.room, html); panel.room.classList.remove('outdated'); })
    .catch(function () { panel.room.classList.add('outdated'); })
    .then(function () {
      panel.asking = false;
      if (panel.stale) soon(name);
    });
}

// Not now, but as soon as its pause is over; nobody looks at a page that is hidden.
function soon(name) {
  var panel = panels.get(name);
  if (!panel) return;
  panel.stale = true;
  if (panel.timer || panel.asking || document.visibilityState === 'hidden') return;
  var wait = Math.max(0, panel.askedAt + panel.pause - Date.now());
  panel.timer = setTimeout(function () {
    panel.timer = 0;
    if (name === 'events') reloadEvents(); else refresh(name);
  }, wait);
}

function happened(message) {
  panels.forEach(function (panel, name) {
    if (panel.staleOn.split(' ').indexOf(message) >= 0) soon(name);
  });
}

function everything() {
  panels.forEach(function (panel, name) { if (name !== 'events') soon(name); });
}

setInterval(function () {
  if (document.visibilityState === 'hidden') return;
  panels.forEach(function (panel, name) {
    if (name !== 'events' && Date.now() - panel.askedAt > OLDEST_PANEL_MS) soon(name);
  });
}, 5000);

document.addEventListener('visibilitychange', function () {
  if (document.visibilityState === 'hidden') return;
  panels.forEach(function (panel, name) { if (panel.stale) soon(name); });
  if (!socket) connect();
  schedule();
});

// Times.

// Clocks of two machines are apart by so much, and nothing is in the future for that.
var SKEW_SECONDS = 5;

function span(seconds) {
  if (seconds < 60) return seconds + ' s';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min';
  if (seconds < 172800) return Math.floor(seconds / 3600) + ' h';
  return Math.floor(seconds / 86400) + ' d';
}

function ago(ms) {
  var seconds = Math.trunc((Date.now() + ahead - ms) / 1000);
  if (seconds >= 1) return span(seconds) + ' ago';
  return seconds <= -SKEW_SECONDS ? 'in ' + span(-seconds) : 'now';
}

function lasting(ms) { return span(Math.max(0, Math.floor((Date.now() + ahead - ms) / 1000))); }

function tellTimes() {
  all('time.ago').forEach(function (time) {
    var at = Number(time.dataset.at);
    var text = time.classList.contains('lasting') ? lasting(at) : ago(at);
    if (time.textContent !== text) time.textContent = text;
  });
}

setInterval(tellTimes, 1000);
