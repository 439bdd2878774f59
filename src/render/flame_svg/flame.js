(function () {
  'use strict';
  var svg = document.querySelector('svg.flame');
  if (!svg) return;
  var NS = 'http://www.w3.org/2000/svg';
  var margin = 12;
  var full = svg.viewBox.baseVal.width - 2 * margin;
  var character = 6.7;
  var detail = svg.querySelector('.flame-detail');
  var plainDetail = detail.textContent;
  var frames = Array.prototype.map.call(svg.querySelectorAll('.flame-frame'), function (group) {
    var rect = group.querySelector('rect');
    var title = group.querySelector('title').textContent;
    return {
      group: group,
      rect: rect,
      text: group.querySelector('text'),
      title: title,
      name: title.split('\n', 1)[0],
      x: parseFloat(rect.getAttribute('x')),
      y: parseFloat(rect.getAttribute('y')),
      width: parseFloat(rect.getAttribute('width'))
    };
  });
  var byGroup = new Map(frames.map(function (frame) { return [frame.group, frame]; }));

  function columns(text) {
    var sum = 0;
    for (var c of text) sum += c >= '\u1100' ? 2 : 1;
    return sum;
  }

  function label(name, width) {
    var room = Math.floor((width - 8) / character);
    if (room < 3) return '';
    if (columns(name) <= room) return name;
    var head = name.split(/[(< ]/, 1)[0];
    var short = name.slice(head.lastIndexOf('/') + 1) || name;
    if (columns(short) <= room) return short;
    var used = 1, out = '';
    for (var c of short) {
      used += columns(c);
      if (used > room) break;
      out += c;
    }
    return out + '…';
  }

  function place(frame, x, width) {
    frame.group.style.display = '';
    frame.rect.setAttribute('x', x);
    frame.rect.setAttribute('width', width);
    frame.group.classList.toggle('flame-wide', width > 3);
    var text = label(frame.name, width);
    if (text && !frame.text) {
      frame.text = document.createElementNS(NS, 'text');
      frame.text.setAttribute('y', frame.y + 12.5);
      frame.group.appendChild(frame.text);
    }
    if (frame.text) {
      frame.text.textContent = text;
      frame.text.setAttribute('x', x + 4);
    }
  }

  function zoom(to) {
    var left = to.x, right = to.x + to.width, scale = full / to.width;
    var slack = 0.001;
    frames.forEach(function (frame) {
      var end = frame.x + frame.width;
      var above = frame.y < to.y && frame.x <= left + slack && end >= right - slack;
      var inside = frame.y >= to.y && frame.x >= left - slack && end <= right + slack;
      frame.group.classList.toggle('flame-above', above);
      if (above) place(frame, 0, full);
      else if (inside) place(frame, (frame.x - left) * scale, frame.width * scale);
      else frame.group.style.display = 'none';
    });
    reset.style.display = to === frames[0] ? 'none' : '';
  }

  function search(words) {
    words = words.trim().toLowerCase();
    var ends = [];
    frames.forEach(function (frame) {
      var hit = words !== '' && frame.title.toLowerCase().indexOf(words) >= 0;
      frame.group.classList.toggle('flame-hit', hit);
      if (hit) ends.push(frame);
    });
    svg.classList.toggle('flame-searching', words !== '');
    // Frames below one another count once.
    var covered = 0, upTo = 0;
    ends.slice().sort(function (a, b) { return a.x - b.x; }).forEach(function (frame) {
      covered += Math.max(0, frame.x + frame.width - Math.max(upTo, frame.x));
      upTo = Math.max(upTo, frame.x + frame.width);
    });
    plainDetail = words === '' ? '' : ends.length + ' frames, ' + (covered / full * 100).toFixed(1) + ' % of the width';
    detail.textContent = plainDetail;
  }

  var reset = document.createElementNS(NS, 'text');
  reset.setAttribute('class', 'flame-reset');
  reset.setAttribute('x', full + margin - 228);
  reset.setAttribute('y', 26);
  reset.setAttribute('text-anchor', 'end');
  reset.textContent = 'show all';
  reset.style.display = 'none';
  svg.appendChild(reset);

  var room = document.createElementNS(NS, 'foreignObject');
  room.setAttribute('x', full + margin - 216);
  room.setAttribute('y', 8);
  room.setAttribute('width', 216);
  room.setAttribute('height', 30);
  var field = document.createElementNS('http://www.w3.org/1999/xhtml', 'input');
  field.setAttribute('type', 'search');
  field.setAttribute('placeholder', 'Search frames');
  field.setAttribute('aria-label', 'Search frames');
  field.setAttribute('class', 'flame-field');
  room.appendChild(field);
  svg.appendChild(room);

  field.addEventListener('input', function () { search(field.value); });
  reset.addEventListener('click', function () { zoom(frames[0]); });
  svg.addEventListener('click', function (event) {
    var group = event.target.closest && event.target.closest('.flame-frame');
    if (group) zoom(byGroup.get(group));
  });
  svg.addEventListener('mouseover', function (event) {
    var group = event.target.closest && event.target.closest('.flame-frame');
    detail.textContent = group ? label(byGroup.get(group).title.split('\n').join('  ·  '), full) : plainDetail;
  });
  svg.addEventListener('mouseleave', function () { detail.textContent = plainDetail; });
  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape' && frames.length) {
      field.value = '';
      search('');
      zoom(frames[0]);
    }
  });
})();
