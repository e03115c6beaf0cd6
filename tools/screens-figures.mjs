/* global console, window */
// Figures of the screens on this machine: sizes on the wire, time from press to card and from sign-in to card, memory of a board.
// `npm run bench:screens [-- sizes press-to-card first-card board-memory]`
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { firstCard } from './first-card-figures.mjs';
import { launchBrowser, OwnServer } from './own-server.mjs';

const DIST = join(import.meta.dirname, '../web/dist');
const PRESSES = 40;
const SIGN_INS = 9;
/** Calls of a busy ward in a shift of twelve hours. */
const SHIFT_CALLS = 480;
const ENTRIES = { 'sign-in': 'index.html', app: 'app/index.html', board: 'board/index.html', console: 'console/index.html' };

function printSizes() {
  const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
  const filesOf = (key, files = new Set()) => {
    const { file, css = [], imports = [] } = manifest[key];
    if (files.has(file)) return files;
    for (const one of [file, ...css]) files.add(one);
    for (const one of imports) filesOf(one, files);
    return files;
  };
  const sizeOf = (files) => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length, 0);
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const languages = ['en', 'ar', 'de'].map((language) => sizeOf(filesOf(`src/${name}/messages/${language}.ts`, filesOf(entry))));
    console.log(`${name}: ${(Math.max(...languages) / 1000).toFixed(1)} KB gzipped until it shows something`);
  }
  const before = filesOf(ENTRIES.app);
  for (const key of Object.keys(manifest).filter((one) => one.endsWith('-page.tsx') && manifest[one].isDynamicEntry)) {
    const added = [...filesOf(key)].filter((file) => !before.has(file));
    console.log(`  ${key.replace(/^src\/app\//, '')}: ${(sizeOf(added) / 1000).toFixed(1)} KB more`);
  }
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** From the moment before the request of the button to the frame in which the card is painted. */
async function printPressToCard(server, browser) {
  const page = await (await browser.newContext()).newPage();
  await server.signIn(page, 'icu-nurse-1');
  await page.waitForSelector('html[data-phase=live]');
  await page.locator('.shift .button-main').click();
  await page.waitForSelector('.shift[data-on-duty=true]');
  await page.evaluate(`
    window.painted = {};
    new MutationObserver(() => {
      for (const { dataset } of document.querySelectorAll('[data-call-id]'))
        if (!(dataset.callId in window.painted)) {
          window.painted[dataset.callId] = 0;
          requestAnimationFrame(() => setTimeout(() => { window.painted[dataset.callId] = Date.now(); }));
        }
    }).observe(document.body, { childList: true, subtree: true });`);
  const nurse = await server.as('icu-nurse-1');
  const times = [];
  for (let count = 0; count < PRESSES; count++) {
    const begin = Date.now();
    const { id } = await server.press(`icu-10${String(1 + (count % 8))}-bed`, 'patient_normal');
    const at = await (await page.waitForFunction((one) => window.painted[one] || undefined, id)).jsonValue();
    times.push(at - begin);
    for (const command of ['accept', 'arrive', 'complete']) await nurse('POST', `/calls/${id}/${command}`);
    await page.waitForSelector(`[data-call-id="${id}"]`, { state: 'detached' });
  }
  times.sort((a, b) => a - b);
  console.log(`press to painted card, ${String(PRESSES)} presses: p50 ${percentile(times, 0.5)} ms, p95 ${percentile(times, 0.95)} ms`);
  await page.context().close();
}

async function printFirstCard(server) {
  await server.press('icu-101-bed', 'patient_normal');
  const runs = [];
  for (let count = 0; count < SIGN_INS; count++) runs.push(await firstCard(server, `icu-nurse-${1 + (count % 3)}`));
  runs.sort((a, b) => a.painted - b.painted);
  const median = percentile(runs, 0.5);
  const range = `${String(runs[0].painted)} to ${String(runs.at(-1).painted)} ms`;
  console.log(`sign-in to first card, ${String(SIGN_INS)} browsers that kept nothing: p50 ${String(median.painted)} ms, ${range}`);
  for (const [at, step] of median.steps) console.log(`  ${at.toFixed(0).padStart(5)} ms  ${step}`);
}

async function printBoardMemory(server, browser) {
  const [admin, nurse] = await Promise.all([server.as('admin'), server.as('icu-nurse-3')]);
  const { body } = await admin('POST', '/admin/boards', { name: 'Corridor', departments: ['icu'] });
  const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  await page.goto(`${server.url}/board/icu#code=${body.code}`);
  await page.waitForSelector('html[data-phase=live]');
  const devtools = await page.context().newCDPSession(page);
  const measure = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    const { nodes } = await devtools.send('Memory.getDOMCounters');
    return `${(usedSize / 1e6).toFixed(2)} MB, ${String(nodes)} nodes`;
  };
  const carry = async (calls) => {
    for (let count = 0; count < calls; count++) {
      const { id } = await server.press(`icu-10${String(2 + (count % 7))}-bed`, 'patient_normal');
      for (const command of ['arrive', 'complete']) await nurse('POST', `/calls/${id}/${command}`);
    }
  };
  await nurse('POST', '/departments/icu/shifts');
  for (const calls of [60, SHIFT_CALLS / 2, SHIFT_CALLS / 2]) {
    await carry(calls);
    console.log(`board after ${String(calls)} more calls: ${await measure()}`);
  }
  await page.context().close();
}

const PARTS = {
  sizes: printSizes,
  'press-to-card': printPressToCard,
  'first-card': printFirstCard,
  'board-memory': printBoardMemory,
};
const wanted = process.argv.slice(2);
const server = await OwnServer.start();
const browser = await launchBrowser();
try {
  for (const [name, print] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await print(server, browser);
} finally {
  await browser.close();
  await server.stop();
}
