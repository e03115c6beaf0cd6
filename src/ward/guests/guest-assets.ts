/** The page's own style. */
export const GUEST_CSS = `:root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}
body{margin:0}
main{max-width:32rem;margin:0 auto;padding:1rem;display:grid;gap:1rem}
h1{font-size:1.5rem;margin:0}
[data-guest-state]{margin:0;padding:.75rem 1rem;border-inline-start:.5rem solid #57606a;background:#8881}
[data-guest-state=sent]{border-color:#9a6700}
[data-guest-state=on_the_way]{border-color:#0969da}
[data-guest-state=done]{border-color:#1a7f37}
form{display:grid;gap:1rem}
fieldset{display:grid;gap:.25rem;border:1px solid #8888;border-radius:.5rem}
label{display:flex;gap:.75rem;align-items:center;min-height:3rem}
input[type=radio]{inline-size:1.5rem;block-size:1.5rem}
button{min-height:8rem;font:inherit;font-size:1.75rem;font-weight:700;color:#fff;background:#b42318;border:0;border-radius:1rem}
button:focus-visible,a:focus-visible,input:focus-visible{outline:.25rem solid #0969da;outline-offset:.2rem}
button[aria-disabled=true]{background:#57606a}
.safe{margin:0;padding:.75rem 1rem;border:2px solid currentColor;border-radius:.5rem}
nav{display:flex;gap:1.5rem}
nav a{min-height:3rem;display:inline-flex;align-items:center}
`;

/** Sends the form without leaving the page, and follows what comes of it by long poll. Without it the form works by itself. */
export const GUEST_JS = `(() => {
  'use strict';
  const form = document.querySelector('form');
  const shown = document.querySelector('[data-guest-state]');
  if (!form || !shown) return;
  const path = form.dataset.path;
  const button = form.querySelector('button');
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const show = (state) => {
    shown.dataset.guestState = state;
    const words = shown.getAttribute('data-' + state.replaceAll('_', '-'));
    if (words && shown.textContent !== words) shown.textContent = words;
  };
  const newKey = () => {
    const part = () => Math.floor(Math.random() * 65536).toString(16).padStart(4, '0');
    return crypto.randomUUID ? crypto.randomUUID() : part() + part() + '-' + part() + '-4' + part().slice(1) + '-8' + part().slice(1) + '-' + part() + part() + part();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    const body = new URLSearchParams(new FormData(form));
    fetch(path, { method: 'POST', body, headers: { accept: 'application/json' } })
      .then(async (answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        show((await answer.json()).state);
        form.elements.key.value = newKey();
      })
      .catch(() => form.submit())
      .finally(() => button.removeAttribute('aria-disabled'));
  });
  (async () => {
    for (let failures = 0; ; ) {
      try {
        const answer = await fetch(path + '/state?wait=25&known=' + shown.dataset.guestState);
        if (answer.status === 404 || answer.status === 403) return location.reload();
        if (!answer.ok) throw new Error(String(answer.status));
        show((await answer.json()).state);
        failures = 0;
      } catch {
        failures = Math.min(failures + 1, 5);
        await pause(1000 * 2 ** failures);
      }
    }
  })();
})();
`;
