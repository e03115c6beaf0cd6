/**
 * Sends the form without leaving the page, and follows the call by long poll. Without it the form works by itself.
 * A press that does not arrive is sent again with the same key, and the page never shows it as sent before the server said so.
 */
export const GUEST_JS = `(function () {
  'use strict';
  var form = document.querySelector('form');
  var panel = document.querySelector('[data-guest-state]');
  var alert = document.querySelector('[role=alert]');
  if (!form || !panel || !alert || !window.fetch || !window.AbortController || !window.URLSearchParams) return;
  var path = form.dataset.path;
  var words = form.dataset;
  var button = form.querySelector('button');
  var label = button.querySelector('span');
  var status = panel.querySelector('p');
  var steps = panel.querySelectorAll('li');
  var waiting = null;
  var problem = { press: '', link: '' };

  function pause(ms) { return new Promise(function (done) { setTimeout(done, ms); }); }
  function say() { var text = problem.press || problem.link; if (alert.textContent !== text) alert.textContent = text; }
  function complain(about, text) { problem[about] = text; say(); }
  function show(state) {
    panel.dataset.guestState = state;
    var text = words[state === 'on_the_way' ? 'onTheWay' : state];
    if (text && status.textContent !== text) status.textContent = text;
    var at = { sent: 0, on_the_way: 1, done: 2 }[state];
    steps.forEach(function (step, index) {
      if (index === at) step.setAttribute('aria-current', 'step'); else step.removeAttribute('aria-current');
    });
  }
  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    var b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    var hex = Array.from(b, function (one) { return (one + 256).toString(16).slice(1); }).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  async function ask(url, options, ms, control) {
    var own = control || new AbortController();
    var timer = setTimeout(function () { own.abort(); }, ms);
    try {
      var answer = await fetch(url, Object.assign({ signal: own.signal, headers: { accept: 'application/json' } }, options));
      if (answer.status === 404 || answer.status === 403) { location.replace(location.href); throw new Error('ended'); }
      if (!answer.ok) throw new Error(String(answer.status));
      return (await answer.json()).state;
    } finally { clearTimeout(timer); }
  }
  async function press() {
    var body = new URLSearchParams(new FormData(form));
    for (var tries = 0; tries < 6; tries++) {
      try {
        show(await ask(path, { method: 'POST', body: body }, 8000));
        complain('press', '');
        form.elements.key.value = newKey();
        return;
      } catch (error) {
        // A wish that is no longer offered: the usual call instead of none.
        if (error.message === '400') body.delete('type');
        complain('press', words.retrying);
        await pause(Math.min(500 * Math.pow(2, tries), 4000));
      }
    }
    complain('press', words.failed);
  }
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    label.textContent = words.sending;
    press().finally(function () {
      label.textContent = words.press;
      button.removeAttribute('aria-disabled');
    });
  });
  async function follow() {
    for (var failures = 0; ; ) {
      waiting = new AbortController();
      try {
        show(await ask(path + '/state?wait=25&known=' + panel.dataset.guestState, {}, 40000, waiting));
        failures = 0;
        complain('link', '');
      } catch (error) {
        failures = Math.min(failures + 1, 5);
        if (failures > 1) complain('link', words.offline);
        await pause(failures < 2 ? 300 : 500 * Math.pow(2, failures));
      }
    }
  }
  // A phone that wakes looks at once: its connection may be long dead.
  document.addEventListener('visibilitychange', function () { if (!document.hidden && waiting) waiting.abort(); });
  window.addEventListener('offline', function () { complain('link', words.offline); });
  window.addEventListener('online', function () { if (waiting) waiting.abort(); });
  follow();
})();
`;
