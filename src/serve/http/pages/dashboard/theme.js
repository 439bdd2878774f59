// Light, dark or as the system has it: said before anything is seen, and to pictures in frames too.
(function () {
  'use strict';
  var KEY = 'fabric-theme';
  var CHOICES = ['auto', 'light', 'dark'];

  function chosen() {
    try {
      var kept = localStorage.getItem(KEY);
      return CHOICES.indexOf(kept) >= 0 ? kept : 'auto';
    } catch (error) {
      return 'auto';
    }
  }

  // The style sheets ask the system; what they ask is replaced by an answer.
  function apply(to) {
    var theme = chosen();
    var media = { auto: '(prefers-color-scheme: dark)', light: 'not all', dark: 'screen' }[theme];
    Array.prototype.forEach.call(to.styleSheets, function (sheet) {
      Array.prototype.forEach.call(sheet.cssRules, function (rule) {
        if (!(rule.media && rule.conditionText !== undefined)) return;
        if (rule.fabricDark || rule.media.mediaText.indexOf('prefers-color-scheme') >= 0) {
          rule.fabricDark = true;
          rule.media.mediaText = media;
        }
      });
    });
    to.documentElement.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
  }

  window.fabricTheme = {
    chosen: chosen,
    apply: apply,
    next: function () {
      var next = CHOICES[(CHOICES.indexOf(chosen()) + 1) % CHOICES.length];
      try { localStorage.setItem(KEY, next); } catch (error) { /* It holds until the page is left. */ }
      apply(document);
      return next;
    }
  };
  document.documentElement.classList.add('scripted');
  apply(document);
})();
