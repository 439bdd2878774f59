(function () {
  'use strict';
  function key(row, index) {
    var cell = row.cells[index];
    var number = cell.getAttribute('data-sort');
    return number !== null ? parseFloat(number) : cell.textContent.trim().toLowerCase();
  }
  function compare(a, b) {
    if (a === '') return b === '' ? 0 : 1;
    if (b === '') return -1;
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  }
  document.querySelectorAll('section.table').forEach(function (section) {
    var body = section.querySelector('tbody');
    if (!body) return;
    var heads = section.querySelectorAll('th');
    heads.forEach(function (head, index) {
      var button = head.querySelector('button');
      if (!button) return;
      button.addEventListener('click', function () {
        // Numbers are asked for from the largest.
        var first = head.classList.contains('right') ? 'descending' : 'ascending';
        var other = first === 'ascending' ? 'descending' : 'ascending';
        var order = head.getAttribute('aria-sort') === first ? other : first;
        heads.forEach(function (one) { one.removeAttribute('aria-sort'); });
        head.setAttribute('aria-sort', order);
        var rows = Array.prototype.map.call(body.rows, function (row) { return { row: row, key: key(row, index) }; });
        rows.sort(function (a, b) {
          // What is not known stays at the end in either order.
          if (a.key === '' || b.key === '') return compare(a.key, b.key);
          return order === 'ascending' ? compare(a.key, b.key) : compare(b.key, a.key);
        });
        rows.forEach(function (one) { body.appendChild(one.row); });
      });
    });
    var filter = section.querySelector('.filter');
    var none = section.querySelector('.none');
    if (!filter) return;
    filter.hidden = false;
    filter.addEventListener('input', function () {
      var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      Array.prototype.forEach.call(body.rows, function (row) {
        var text = row.textContent.toLowerCase();
        var match = words.every(function (word) { return text.indexOf(word) >= 0; });
        row.hidden = !match;
        if (match) shown++;
      });
      none.style.display = shown ? 'none' : 'block';
    });
  });
  var box = document.querySelector('.flame-filter');
  if (box) {
    box.hidden = false;
    box.addEventListener('input', function () {
      document.querySelector('svg.flame').dispatchEvent(new CustomEvent('flame-search', { detail: box.value.trim() }));
    });
  }
})();
