import axe from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findProgram } from '../servers/installed.js';
import { PATIENCE_MS } from '../eventually.js';

export const CHROMIUM = findProgram('chromium');
/** Has no window, which nobody sees: a third of the work is saved. It shows no notifications. */
const WINDOWLESS = findProgram('chromium-headless-shell') ?? CHROMIUM;
/** The browser itself asks for nothing: each request is a page's own. */
const ALONE = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchChromium(program = WINDOWLESS): Promise<Browser> {
  return chromium.launch({ executablePath: program ?? '', chromiumSandbox: false, args: ALONE });
}

/** A page, and what went wrong on it. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** Violations of the policy, errors in scripts. */
  faults: string[];
  /** Addresses outside the origin that were asked for. */
  foreign: string[];
}

/** A page in a profile of its own that records every fault and every foreign request. */
export async function openWatched(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  return watch(context, await context.newPage(), origin);
}

async function watch(context: BrowserContext, page: Page, origin: string): Promise<WatchedPage> {
  const watched: WatchedPage = { page, context, faults: [], foreign: [] };
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  page.on('pageerror', (error) => watched.faults.push(error.message));
  page.on('console', (message) => {
    if (/policy|Content Security|Trusted/i.test(message.text())) watched.faults.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:')) watched.foreign.push(url);
  });
  return watched;
}

/** The rules that axe finds broken, each with its first place. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  // The browser's own console, so to say: the policy of the page does not hold for it.
  return page.evaluate<string[]>(`(async () => {
    ${axe.source};
    const { violations } = await axe.run(document, { runOnly: ${JSON.stringify(tags)} });
    return violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200));
  })()`);
}

/** The frame that every page has: one main part, one heading of the first rank, and first of all a way to the content. */
export async function structureFaults(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => {
    const skip = document.querySelector<HTMLAnchorElement>('#root a[href], #root button, #root select, #root input');
    return {
      main: document.querySelectorAll('main').length,
      h1: document.querySelectorAll('h1').length,
      banner: document.querySelectorAll('header:not(main header)').length,
      skips: skip?.classList.contains('skip') === true && document.querySelector(skip.getAttribute('href') ?? '') !== null,
      title: document.title !== '',
    };
  });
  const wanted = { main: 1, h1: 1, banner: 1, skips: true, title: true };
  const { pathname } = new URL(page.url());
  return Object.entries(wanted).flatMap(([part, count]) => {
    const there = found[part as keyof typeof found];
    return there === count ? [] : [`${pathname}: ${part} is ${String(there)}`];
  });
}
