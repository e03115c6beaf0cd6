/** The style of the guest page. Colours keep a contrast of 4.5 in both schemes; nothing is said by colour alone. */
export const GUEST_CSS = `:root{color-scheme:light dark;--page:#f2f5f7;--card:#fff;--ink:#16202a;--soft:#51606d;--line:#c9d2da;--accent:#0b5e82;--on-accent:#fff;--button:#0b5e82;--press:#084a67;--bad:#a11d14;--bad-soft:#fdecea;font:1.125rem/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Noto Sans Arabic',sans-serif}
@media (prefers-color-scheme:dark){:root{--page:#0d1418;--card:#172127;--ink:#eef3f6;--soft:#a9b8c2;--line:#3a4a54;--accent:#6cc4e8;--on-accent:#062230;--button:#17688a;--press:#0f4d68;--bad:#ffb3ab;--bad-soft:#3a1614}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink)}
main{max-inline-size:30rem;min-block-size:100vh;min-block-size:100svh;margin-inline:auto;padding:.5rem 1rem 1rem;display:flex;flex-direction:column;gap:.85rem}
header{display:flex;flex-wrap:wrap;gap:0 .5rem;align-items:center;justify-content:space-between}
h1{font-size:1.3rem;line-height:1.2;margin:0}
nav{display:flex;flex-wrap:wrap}
nav a{min-block-size:3rem;min-inline-size:3rem;padding-inline:.6rem;font-size:1rem;display:inline-flex;align-items:center;justify-content:center;color:var(--accent);border-radius:.75rem}
[data-guest-state]{background:var(--card);border:1px solid var(--line);border-radius:1.25rem;padding:.85rem 1rem .6rem}
[data-guest-state] p{margin:0;min-block-size:2.9em;font-weight:600;text-align:center;display:grid;place-content:center}
ol{list-style:none;display:flex;margin:0 0 .4rem;padding:0}
li{flex:1 1 0;min-inline-size:0;display:grid;justify-items:center;align-content:start;gap:.35rem;color:var(--soft);font-size:.9375rem;font-weight:600;text-align:center;position:relative}
li+li::before{content:'';position:absolute;inset-block-start:1.28rem;inset-inline-end:calc(50% + 1.75rem);inline-size:calc(100% - 3.5rem);block-size:.2rem;border-radius:.1rem;background:var(--line)}
li svg{inline-size:2.75rem;block-size:2.75rem;padding:.6rem;border-radius:50%;border:.15rem solid var(--line);fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
[data-guest-state=sent] li:nth-child(-n+1),[data-guest-state=on_the_way] li:nth-child(-n+2),[data-guest-state=done] li{color:var(--ink)}
[data-guest-state=sent] li:nth-child(-n+1) svg,[data-guest-state=on_the_way] li:nth-child(-n+2) svg,[data-guest-state=done] li svg{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
[data-guest-state=on_the_way] li:nth-child(2)::before,[data-guest-state=done] li::before{background:var(--accent)}
@media (prefers-reduced-motion:no-preference){[data-guest-state=sent] li:nth-child(1) svg,[data-guest-state=on_the_way] li:nth-child(2) svg{animation:wait 2.4s ease-in-out infinite}
@keyframes wait{50%{box-shadow:0 0 0 .5rem color-mix(in srgb,var(--accent) 22%,transparent)}}}
form{flex:1;display:flex;flex-direction:column;gap:1rem}
fieldset{border:0;margin:0;padding:0;display:grid;grid-template-columns:1fr 1fr;gap:.6rem}
legend{padding:0;margin-block-end:.5rem;color:var(--soft)}
label{display:flex;gap:.5rem;align-items:center;min-block-size:3rem;padding:.4rem .65rem;background:var(--card);border:2px solid var(--line);border-radius:1rem;cursor:pointer;hyphens:auto;overflow-wrap:anywhere}
label:has(:checked){border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
input{flex:none;inline-size:1.4rem;block-size:1.4rem;margin:0;accent-color:var(--accent)}
button{flex:1;min-block-size:9rem;max-block-size:16rem;font:inherit;font-size:1.75rem;font-weight:700;color:#fff;background:var(--button);border:0;border-radius:2rem;display:grid;place-content:center;justify-items:center;gap:.5rem;cursor:pointer;touch-action:manipulation;-webkit-tap-highlight-color:transparent}
button svg{inline-size:3rem;block-size:3rem;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
button:active,button[aria-disabled=true]{background:var(--press)}
:focus-visible{outline:.25rem solid var(--ink);outline-offset:.2rem}
label:has(:focus-visible){outline:.25rem solid var(--ink);outline-offset:.2rem}
[role=alert]{margin:0;padding:1rem;border:2px solid var(--bad);border-radius:1rem;background:var(--bad-soft);color:var(--bad);font-weight:600}
[role=alert]:empty{display:none}
.safe{margin:0;padding-block:.25rem;display:flex;gap:.85rem;align-items:center;color:var(--soft);font-size:1rem}
.safe svg{flex:none;inline-size:2rem;block-size:2rem;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.skip{position:fixed;inset-block-start:.25rem;inset-inline-start:.25rem;z-index:1;min-block-size:3rem;padding:.6rem 1rem;border-radius:.75rem;background:var(--button);color:#fff}
.skip:not(:focus){clip-path:inset(50%);pointer-events:none}
.again{display:inline-flex;align-items:center;min-block-size:3rem;color:var(--accent)}
@media (forced-colors:active){li svg,button,label{border:2px solid}}
`;
