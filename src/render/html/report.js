(function () {
  'use strict';
  // Tables shorter than this can be read at a glance and need no filter.
  var LEAST_ROWS = 8;

  function cellOf(row, column) { return row.cells[column]; }

  function sortKey(cell) {
    if (cell.hasAttribute('data-sort')) return parseFloat(cell.getAttribute('data-sort'));
    var text = cell.textContent.trim();
    return text === '' ? null : text;
  }

  function compare(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  }

  function sortable(table) {
    var body = table.tBodies[0];
    var headers = Array.prototype.slice.call(table.tHead.rows[0].cells);
    headers.forEach(function (header, column) {
      if (header.textContent.trim() === '') return;
      var button = document.createElement('button');
      button.type = 'button';
      while (header.firstChild) button.appendChild(header.firstChild);
      header.appendChild(button);
      button.addEventListener('click', function () {
        var rows = Array.prototype.slice.call(body.rows).map(function (row) {
          return { row: row, key: sortKey(cellOf(row, column)) };
        });
        var numbers = rows.some(function (entry) { return typeof entry.key === 'number'; });
        var now = header.getAttribute('aria-sort');
        // Who sorts numbers asks for the largest, who sorts names looks one up.
        var down = now ? now === 'ascending' : numbers;
        rows.sort(function (a, b) {
          if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
          return down ? compare(b.key, a.key) : compare(a.key, b.key);
        });
        headers.forEach(function (other) { other.removeAttribute('aria-sort'); });
        header.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        rows.forEach(function (entry) { body.appendChild(entry.row); });
      });
    });
  }

  function filterable(table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    if (rows.length < LEAST_ROWS) return;
    var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
    var tools = document.createElement('div');
    tools.className = 'tools';
    var field = document.createElement('input');
    field.type = 'search';
    field.placeholder = 'Filter rows';
    field.setAttribute('aria-label', 'Filter rows');
    var count = document.createElement('output');
    tools.appendChild(field);
    tools.appendChild(count);
    var room = table.parentNode;
    room.parentNode.insertBefore(tools, room);
    field.addEventListener('input', function () {
      var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, place) {
        var fits = words.every(function (word) { return texts[place].indexOf(word) >= 0; });
        row.hidden = !fits;
        if (fits) shown += 1;
      });
      count.textContent = words.length ? shown + ' of ' + rows.length : '';
    });
  }

  document.querySelectorAll('main table').forEach(function (table) {
    sortable(table);
    filterable(table);
  });
})();
