/* global URL */
// The way from the sign-in to the first painted card: its time, and the moment of each step.
import { launchBrowser } from './own-server.mjs';

/** Notes when the first card is painted, on whichever page it is. */
const WATCH = `
  new MutationObserver((_, observer) => {
    if (!document.querySelector('article[data-call-id]')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.painted = Date.now(); }));
  }).observe(document, { childList: true, subtree: true });`;

/** Requests, answers and frames of a page, in their order. @returns the steps since a moment in milliseconds since 1970 */
async function watchNetwork(page) {
  const devtools = await page.context().newCDPSession(page);
  const names = new Map();
  const steps = [];
  let offset;
  const note = (timestamp, step) => steps.push([timestamp * 1000, step]);
  devtools.on('Network.requestWillBeSent', ({ requestId, request: { method, url }, timestamp, wallTime }) => {
    offset ??= (wallTime - timestamp) * 1000;
    names.set(requestId, `${method} ${new URL(url).pathname}`);
    note(timestamp, `${names.get(requestId)} →`);
  });
  devtools.on('Network.responseReceived', ({ requestId, timestamp }) => note(timestamp, `${names.get(requestId)} ←`));
  devtools.on('Network.webSocketWillSendHandshakeRequest', ({ timestamp }) => note(timestamp, 'socket →'));
  devtools.on('Network.webSocketFrameSent', ({ timestamp, response }) => note(timestamp, `socket ${typeOf(response)} →`));
  devtools.on('Network.webSocketFrameReceived', ({ timestamp, response }) => note(timestamp, `socket ${typeOf(response)} ←`));
  await devtools.send('Network.enable');
  return (begin) => steps.map(([at, step]) => [at + offset - begin, step]).filter(([at]) => at >= 0);
}

const typeOf = ({ payloadData }) => /"type":"([\w.]+)"/.exec(payloadData)?.[1] ?? 'frame';

/**
 * One sign-in on a browser that has just been started and has kept nothing; the form is sent as soon as it is there.
 * @returns the milliseconds until the card is painted, and the steps on the way
 */
export async function firstCard(server, username) {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const stepsSince = await watchNetwork(page);
    await page.addInitScript(WATCH);
    await page.goto(server.url);
    await page.fill('#username', username);
    await page.fill('#password', server.passwords.get(username));
    const begin = await page.evaluate('Date.now()');
    await page.press('#password', 'Enter');
    await page.waitForSelector('html[data-painted]');
    const painted = Number(await page.getAttribute('html', 'data-painted')) - begin;
    return { painted, steps: [...stepsSince(begin).filter(([at]) => at <= painted), [painted, 'card painted']] };
  } finally {
    await browser.close();
  }
}
