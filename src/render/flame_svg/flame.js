(function () {
  'use strict';
  var WIDTH = 1200, PAD = 4, CHAR = 6.7, LEAST = 26;
  var svg = document.querySelector('svg.flame');
  if (!svg) return;
  var info = svg.querySelector('.over');
  var reset = svg.querySelector('.reset');
  var find = svg.querySelector('.find');
  var found = svg.querySelector('.found');
  var idle = info.textContent;
  var frames = Array.prototype.map.call(svg.querySelectorAll('.f'), function (g) {
    var rects = g.querySelectorAll('rect');
    var box = rects[0];
    var tip = g.querySelector('title').textContent;
    return {
      g: g, rects: rects, text: g.querySelector('text'), tip: tip, name: tip.split('\n')[0],
      // Rectangles are half a pixel narrower than their frames; where that is not possible the frame tells its width.
      x: +box.getAttribute('x'), y: +box.getAttribute('y'),
      w: box.hasAttribute('data-w') ? +box.getAttribute('data-w') : +box.getAttribute('width') + 0.5
    };
  });
  // A frame too narrow for a label has no text element until it is zoomed to.
  function label(f, x, w) {
    var room = Math.floor((w - 2 * PAD) / CHAR);
    if (w < LEAST || room < 3) { if (f.text) f.text.textContent = ''; return; }
    if (!f.text) {
      f.text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
      f.text.setAttribute('y', f.y + 13);
      f.g.appendChild(f.text);
    }
    f.text.setAttribute('x', x + PAD);
    f.text.textContent = f.name.length <= room ? f.name : f.name.slice(0, room - 1) + '\u2026';
  }
  function place(f, x, w) {
    for (var i = 0; i < f.rects.length; i++) {
      f.rects[i].setAttribute('x', x);
      f.rects[i].setAttribute('width', Math.max(w - 0.5, 0.1));
    }
    label(f, x, w);
  }
  function zoom(to) {
    var scale = WIDTH / to.w, slack = 0.02;
    frames.forEach(function (f) {
      var above = f.y < to.y && f.x <= to.x + slack && f.x + f.w >= to.x + to.w - slack;
      var within = f.y >= to.y && f.x >= to.x - slack && f.x + f.w <= to.x + to.w + slack;
      f.g.classList.toggle('up', above);
      f.g.classList.toggle('off', !above && !within);
      if (above) place(f, 0, WIDTH);
      else if (within) place(f, (f.x - to.x) * scale, f.w * scale);
    });
    reset.classList.toggle('off', to === frames[0]);
  }
  function search(words) {
    var wanted = words.toLowerCase(), end = -1, sum = 0, count = 0;
    frames.forEach(function (f) {
      var hit = wanted !== '' && f.tip.toLowerCase().indexOf(wanted) >= 0;
      f.g.classList.toggle('hit', hit);
      if (!hit) return;
      count++;
      // Parents come first: a hit below a hit is not counted twice.
      if (f.x >= end - 0.02) { sum += f.w; end = f.x + f.w; }
    });
    found.textContent = wanted === '' ? '' :
      count + (count === 1 ? ' frame matches, ' : ' frames match, ') + (100 * sum / WIDTH).toFixed(1) + ' % of the width';
  }
  frames.forEach(function (f) {
    f.g.addEventListener('click', function () { zoom(f); });
    f.g.addEventListener('mouseenter', function () {
      var line = f.tip.split('\n').join('  \u00b7  ');
      var room = found.textContent === '' ? 180 : 140;
      info.textContent = line.length > room ? line.slice(0, room - 1) + '\u2026' : line;
    });
    f.g.addEventListener('mouseleave', function () { info.textContent = idle; });
    f.g.addEventListener('keydown', function (e) { if (e.key === 'Enter') zoom(f); });
  });
  reset.addEventListener('click', function () { zoom(frames[0]); });
  find.addEventListener('click', function () {
    var words = prompt('Find frames whose name or place contains:');
    if (words !== null) search(words);
  });
  // The page around the picture may have a search field of its own.
  svg.addEventListener('flame-search', function (e) { search(String(e.detail)); });
  find.classList.remove('off');
})();
