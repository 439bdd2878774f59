// Events.

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
    // The server writes it in the same way: of another day, the date.
    var isToday = time.dateTime.slice(0, 10) === new Date().toISOString().slice(0, 10);
    time.textContent = isToday ? time.dateTime.slice(11, 19) : time.dateTime.slice(2, 10);
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
