// Keeps the page of the server fresh: live events as text, everything else as fragments that the server draws.
(function () {
  'use strict';
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

  // ---- Foreign text. It is only ever put into text nodes, with what could turn a line around made visible first.

  var UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

  function visible(text) {
    return text.replace(UNSAFE, function (c) { return '\\u{' + c.codePointAt(0).toString(16) + '}'; });
  }

  function short(value) {
    if (typeof value !== 'string') return '';
    // A character may take two units, so twice as many hold the first ones.
    var characters = Array.from(value.slice(0, 2 * TEXT_CHARS + 2));
    var cut = characters.length > TEXT_CHARS;
    return visible(characters.slice(0, TEXT_CHARS).join('')) + (cut ? '…' : '');
  }

  function make(tag, className, text) {
    var element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  // ---- Panels: fragments that the server has escaped, put in place without losing focus, scroll or what is unfolded.

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

  // ---- Times.

  function ago(ms) {
    var seconds = Math.floor((Date.now() + ahead - ms) / 1000);
    if (seconds < 1) return 'now';
    if (seconds < 60) return seconds + ' s ago';
    if (seconds < 3600) return Math.floor(seconds / 60) + ' min ago';
    if (seconds < 172800) return Math.floor(seconds / 3600) + ' h ago';
    return Math.floor(seconds / 86400) + ' d ago';
  }

  function tellTimes() {
    all('time.ago').forEach(function (time) {
      var text = ago(Number(time.dataset.at));
      if (time.textContent !== text) time.textContent = text;
    });
  }

  setInterval(tellTimes, 1000);

  // ---- Events.

  var eventRoom = panels.get('events').room;
  var waiting = [];
  var waited = 0;
  // The last ones with their numbers: what came while the list was on its way is not in it yet.
  var recent = [];
  var paused = false;
  var scheduled = false;
  var pauseButton = one('pause');
  var waitingCount = one('waiting');

  function list() { return eventRoom.querySelector('ol.events'); }

  // The number up to which events are in the list, or were passed over by its filter.
  function newestShown() {
    var first = list().firstElementChild;
    return Math.max(Number(list().dataset.seq) || 0, first ? Number(first.dataset.seq) || 0 : 0);
  }

  function wanted() {
    var form = one('filter');
    return {
      text: form.elements.text.value.trim(),
      worker: form.elements.worker.value.trim(),
      level: form.elements.level.value
    };
  }

  function about(event) {
    return [event.tool, event.path, event.bead, event.error]
      .filter(function (part) { return typeof part === 'string' && part !== ''; })
      .join(' · ');
  }

  function fits(event, filter) {
    if (filter.level && event.level !== filter.level) return false;
    if (filter.worker && event.worker !== filter.worker) return false;
    if (!filter.text) return true;
    var text = filter.text.toLowerCase();
    return [event.worker, event.msg, about(event)].some(function (part) {
      return typeof part === 'string' && part.toLowerCase().indexOf(text) >= 0;
    });
  }

  function row(event, seq) {
    var levels = ['debug', 'info', 'warn', 'error'];
    var level = levels.indexOf(event.level) >= 0 ? event.level : 'info';
    var line = make('li', 'event fresh ' + level, '');
    if (seq) line.dataset.seq = seq;
    var moment = new Date(event.ts);
    var time = document.createElement('time');
    if (!isNaN(moment)) {
      time.dateTime = moment.toISOString();
      time.title = time.dateTime;
      time.textContent = time.dateTime.slice(11, 19);
    }
    line.appendChild(time);
    line.appendChild(make('span', 'level', level));
    line.appendChild(make('bdi', 'who', short(event.worker)));
    line.appendChild(make('bdi', 'what', short(event.msg)));
    line.appendChild(make('bdi', 'about', short(about(event))));
    return line;
  }

  function take(event, seq) {
    recent.push([event, seq]);
    if (recent.length > MOST_EVENTS) recent.shift();
    waited += 1;
    waiting.push([event, seq]);
    if (waiting.length > MOST_EVENTS) waiting.shift();
    schedule();
  }

  function schedule() {
    if (paused) {
      waitingCount.textContent = waited + (waited === 1 ? ' waits' : ' wait');
      return;
    }
    if (scheduled || waiting.length === 0 || document.visibilityState === 'hidden') return;
    scheduled = true;
    requestAnimationFrame(flush);
  }

  function flush() {
    scheduled = false;
    var filter = wanted();
    var room = list();
    var shown = newestShown();
    var fresh = document.createDocumentFragment();
    waiting.forEach(function (entry) {
      if (entry[1] && entry[1] <= shown && room.dataset.epoch === String(place.epoch)) return;
      if (fits(entry[0], filter)) fresh.insertBefore(row(entry[0], entry[1]), fresh.firstChild);
    });
    waiting = [];
    waited = 0;
    waitingCount.textContent = '';
    if (!fresh.firstChild) return;
    all('.none', eventRoom).forEach(function (none) { none.remove(); });
    // Who reads further down stays where they are.
    var height = room.scrollHeight, top = room.scrollTop;
    room.insertBefore(fresh, room.firstChild);
    while (room.childElementCount > MOST_EVENTS) room.lastElementChild.remove();
    if (top > 0) room.scrollTop = top + room.scrollHeight - height;
  }

  function pause(to) {
    paused = to;
    pauseButton.setAttribute('aria-pressed', String(paused));
    pauseButton.textContent = paused ? 'Go on' : 'Pause';
    if (!paused) waitingCount.textContent = '';
    schedule();
  }

  pauseButton.addEventListener('click', function () { pause(!paused); });

  function reloadEvents() {
    return refresh('events', wanted()).then(function () {
      var shown = newestShown();
      waiting = recent.filter(function (entry) { return entry[1] > shown; });
      waited = waiting.length;
      schedule();
    });
  }

  var filterTimer = 0;
  function filterChanged() {
    clearTimeout(filterTimer);
    filterTimer = setTimeout(function () {
      var filter = wanted();
      var isSet = Boolean(filter.text || filter.worker || filter.level);
      one('clear').hidden = !isSet;
      var asked = query();
      Object.keys(filter).forEach(function (key) { if (filter[key]) asked.set(key, filter[key]); });
      var text = asked.toString();
      history.replaceState(null, '', (text ? '?' + text : location.pathname) + location.hash);
      subscribe();
      reloadEvents();
    }, 250);
  }

  var filterForm = one('filter');
  filterForm.addEventListener('input', filterChanged);
  filterForm.addEventListener('submit', function (event) { event.preventDefault(); filterChanged(); });
  one('clear').addEventListener('click', function (event) {
    event.preventDefault();
    ['text', 'worker', 'level'].forEach(function (name) { filterForm.elements[name].value = ''; });
    filterChanged();
  });

  // Names to choose from while typing.
  filterForm.elements.worker.addEventListener('focus', function () {
    var names = all('.worker').map(function (card) { return card.dataset.key; });
    var room = one('worker-names');
    room.textContent = '';
    names.slice(0, MOST_EVENTS).forEach(function (name) {
      var option = document.createElement('option');
      option.value = name;
      room.appendChild(option);
    });
  });

  // ---- The WebSocket.

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

  // ---- Buttons, keys, light and dark.

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

  // ---- Comparing two snapshots.

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

  // ---- Buttons that change something on the server.

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
        if (answer.ok) say(short(told.message) || short(told.formatted) || 'Done.');
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
})();
