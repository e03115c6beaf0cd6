import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import {
  accessibilityFaults,
  CHROMIUM,
  launchChromium,
  openWatched,
  structureFaults,
  type WatchedPage,
} from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { closeAllCalls } from '../../support/clients/person.js';
import { type StallingProxy, stallingProxy } from '../../support/servers/proxies/stalling-proxy.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const WALL = { viewport: { width: 1920, height: 1080 } };
const DIST = join(packageRoot(), 'web', 'dist');

let wardline: TestWardline;
let admin: Session;
let nurse: Session;
let browser: Browser;
const proxies: StallingProxy[] = [];

async function newCode(departments = ['icu', 'gen']): Promise<{ id: string; code: string }> {
  const { status, body } = await admin.post('/admin/boards', { name: 'Corridor', departments });
  expect(status).toBe(201);
  return { id: body.id as string, code: body.code as string };
}

/** A board in a profile of its own, with its code in the address. */
async function openBoard(path: string, { origin = wardline.url, ...options }: BrowserContextOptions & { origin?: string } = {}) {
  const { id, code } = await newCode();
  const board = await openWatched(browser, origin, { ...WALL, ...options });
  await board.page.goto(`${origin}${path}#code=${code}`);
  await board.page.waitForSelector('html[data-phase="live"]');
  return { ...board, id };
}

const press = (station: string, type: string) => asStation(wardline, station)('POST', '/calls', { type });

/** Forty open calls in a department of their own. */
async function fortyCalls(): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let number = 1; number <= 40; number++) {
    const room_id = `gen-${String(number)}`;
    const { status, body } = await admin.post('/calls', { type: number === 40 ? 'code_blue' : 'patient_normal', room_id });
    expect(status).toBe(201);
    ids.add(body.id as string);
  }
  return ids;
}

const shownIds = (page: Page) =>
  page.locator('[data-call-id]').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-call-id') ?? ''));

async function expectNoFaults(board: WatchedPage): Promise<void> {
  expect([board.faults, board.foreign]).toEqual([[], []]);
  await board.context.close();
}

describe('the wall board in Chromium', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({
      env: { REQUIRE_WSS: 'false' },
    });
    [admin, nurse] = await Promise.all([signIn(wardline, 'admin'), signIn(wardline, 'icu-nurse-1')]);
    await admin.post('/admin/departments', { id: 'gen', name: 'General ward' });
    for (let number = 1; number <= 40; number++) {
      const name = number % 5 === 0 ? `غرفة العناية المتوسطة ${String(400 + number)}` : `Room ${String(400 + number)}`;
      expect((await admin.post('/admin/departments/gen/rooms', { id: `gen-${String(number)}`, name })).status).toBe(201);
    }
    await nurse.post('/departments/icu/shifts');
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    for (const proxy of proxies.splice(0)) await proxy.close();
    await closeAllCalls(admin);
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it('is opened by a code that somebody types, once, beside the person who is signed in', async () => {
    const { code } = await newCode();
    const board = await openWatched(browser, wardline.url, WALL);
    await board.page.goto(`${wardline.url}/board/icu`);
    await board.page.getByLabel('Code').fill('AAAA-BBBB-CCCC');
    await board.page.keyboard.press('Enter');
    await board.page.getByRole('alert').getByText('wrong').waitFor();
    await board.page.getByLabel('Code').fill(code.toLowerCase().replaceAll('-', ' '));
    await board.page.keyboard.press('Enter');
    await board.page.getByRole('heading', { name: 'Intensive care' }).waitFor();
    await board.page.reload();
    await board.page.getByText('No open calls').waitFor();
    await expectNoFaults(board);
  });

  it('shows a press with names, and how far help has come', async () => {
    const board = await openBoard('/board/icu');
    const { body: call } = await press('icu-101-bed', 'patient_normal');
    await board.page.getByRole('article', { name: /^Room 101, Bed A, Patient call, Waiting/ }).waitFor();
    await nurse.post(`/calls/${call.id as string}/accept`);
    await board.page.locator('[data-call-state="accepted"]').getByText('Amina Haddad').waitFor();
    await nurse.post(`/calls/${call.id as string}/arrive`);
    await board.page.locator('[data-call-state="in_progress"]').waitFor();
    await nurse.post(`/calls/${call.id as string}/complete`);
    await board.page.getByText('No open calls').waitFor();
    await expectNoFaults(board);
  });

  it('says that it connects while it has no picture: a ward is not calm because nothing is known of it', async () => {
    const { code } = await newCode(['icu']);
    const board = await openWatched(browser, wardline.url, WALL);
    // Each socket opens, and nobody answers.
    await board.context.routeWebSocket(/./, () => undefined);
    await board.page.goto(`${wardline.url}/board/icu#code=${code}`);
    await board.page.getByRole('heading', { name: 'Intensive care' }).waitFor();
    await board.page.locator('main').getByText('Connecting').waitFor();
    expect(await board.page.getByText(/No open calls|Nobody is on duty/).count()).toBe(0);
    await expectNoFaults(board);
  });

  it('names the ward of several that nobody is on duty in, with and without calls', async () => {
    const board = await openBoard('/board?depts=icu,gen');
    await board.page.locator('main').getByText('General ward: nobody is on duty').waitFor();
    await board.page.getByRole('region', { name: 'On duty' }).getByText('General ward: nobody is on duty').waitFor();
    await admin.post('/calls', { type: 'patient_normal', room_id: 'gen-1' });
    await board.page.getByRole('alert').getByText('General ward: nobody is').waitFor();
    await expectNoFaults(board);
  });

  it('says that nobody is signed in, also when it begins long after that', async () => {
    const { body: call } = await press('icu-101-bed', 'patient_normal');
    const board = await openBoard('/board/icu');
    const alert = board.page.getByRole('alert').getByText('Nobody is signed in here');
    await alert.waitFor();
    for (let number = 1; number <= 60; number++) {
      const { body } = await press('icu-103-bed', 'patient_normal');
      await nurse.post(`/calls/${body.id as string}/accept`);
      await nurse.post(`/calls/${body.id as string}/arrive`);
      await nurse.post(`/calls/${body.id as string}/complete`);
    }
    await board.page.reload();
    await board.page.locator(`[data-call-id="${call.id as string}"]`).waitFor();
    await alert.waitFor();
  });

  it('shows notices, also those from before it was switched on', async () => {
    const manager = await signIn(wardline, 'icu-manager');
    await manager.post('/departments/icu/notices', { code: 'quiet_hours' });
    const board = await openBoard('/board/icu');
    await board.page.getByText('Quiet hours').waitFor();
    await manager.post('/departments/icu/notices', { code: 'fire_drill' });
    await board.page.getByText('Fire drill').waitFor();
  });

  it('shows every one of forty calls in turn, and the urgent one at any time', async () => {
    const ids = await fortyCalls();
    const board = await openBoard('/board/gen');
    await board.page.getByText(/Page \d of 3/).waitFor();
    const seen = new Set<string>();
    await eventually(
      async () => {
        const now = await shownIds(board.page);
        expect(now.length).toBeLessThanOrEqual(20);
        expect(await board.page.locator('[data-call-type="code_blue"]').count()).toBe(1);
        for (const id of now) seen.add(id);
        return seen.size === ids.size ? true : undefined;
      },
      'every call',
      60_000,
    );
    // Nothing of a card is outside it, nothing of the board outside the wall.
    expect(
      await board.page.evaluate(
        'document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth',
      ),
    ).toBe(true);
  });

  it.each([
    ['en', 'light', '/board?depts=icu,gen'],
    ['ar', 'dark', '/board/gen'],
    ['ar', 'light', '/board/icu'],
    ['en', 'dark', '/board/icu'],
    ['de', 'light', '/board/icu'],
  ])('breaks no rule of accessibility in %s, %s', async (lang, look, path) => {
    for (const number of [1, 5, 7])
      await admin.post('/calls', { type: number === 7 ? 'code_blue' : 'patient_normal', room_id: `gen-${String(number)}` });
    await press('icu-102-bath', 'bath_emergency');
    const board = await openBoard(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}&look=${look}`);
    await board.page.locator('.card').first().waitFor();
    expect(await board.page.getAttribute('html', 'dir')).toBe(lang === 'ar' ? 'rtl' : 'ltr');
    expect([...(await accessibilityFaults(board.page)), ...(await structureFaults(board.page))]).toEqual([]);
    expect(await board.page.locator('.secondary').count()).toBe(1);
  });

  it.each(['en', 'ar', 'de'])('breaks no rule of accessibility while it asks for a code or a department, in %s', async (lang) => {
    const { code } = await newCode(['icu']);
    const { page, context } = await openWatched(browser, wardline.url, WALL);
    await page.goto(`${wardline.url}/board/icu?lang=${lang}`);
    await page.locator('#code').waitFor();
    const found = await accessibilityFaults(page);
    await page.locator('#code').fill('AAAA-BBBB-CCCC');
    await page.keyboard.press('Enter');
    await page.locator('[role="alert"].fault').waitFor();
    found.push(...(await accessibilityFaults(page)));
    await page.goto(`${wardline.url}/board/med?lang=${lang}#code=${code}`);
    await page.locator('.choice').getByText('Intensive care').waitFor();
    found.push(...(await accessibilityFaults(page)));
    await page.goto(`${wardline.url}/board/icu?lang=${lang}`);
    await page.waitForSelector('html[data-phase="live"]');
    await context.setOffline(true);
    await page.locator('.not-live[role="alert"]').waitFor();
    found.push(...(await accessibilityFaults(page)));
    expect(found).toEqual([]);
  });

  it('says NOT LIVE when the server is silent, and recovers without a load and without a gap', async () => {
    const { port } = new URL(wardline.url);
    const proxy = await stallingProxy({ host: '127.0.0.1', port: Number(port) });
    proxies.push(proxy);
    const board = await openBoard('/board/icu', { origin: `http://127.0.0.1:${String(proxy.port)}` });
    await board.page.evaluate('window.mark = 1');
    proxy.stall();
    const banner = board.page.getByRole('alert').getByText('NOT LIVE');
    await banner.waitFor();
    expect(await board.page.locator('.not-live strong').evaluate((one) => one.getBoundingClientRect().height)).toBeGreaterThan(60);
    const { body: call } = await press('icu-103-bed', 'patient_normal');
    proxy.resume();
    await board.page.locator(`[data-call-id="${call.id as string}"]`).waitFor();
    await banner.waitFor({ state: 'hidden' });
    expect(await board.page.evaluate('window.mark')).toBe(1);
  });

  it('shows nothing any more once it is revoked, and asks for a code', async () => {
    const board = await openBoard('/board/icu');
    await press('icu-104-bed', 'patient_normal');
    await board.page.locator('.card').waitFor();
    await admin.send('DELETE', `/admin/boards/${board.id}`);
    await board.page.getByLabel('Code').waitFor();
    expect(await board.page.locator('.card').count()).toBe(0);
  });

  it('opens without a server once it was open: its shell is kept, its data is not', async () => {
    const board = await openBoard('/board/icu');
    const { page } = board;
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await page.reload();
    await page.waitForSelector('html[data-phase="live"]');
    const kept = await eventually(async () => {
      const urls = await page.evaluate<string[]>(
        `caches.open('wardline-shell-1').then((cache) => cache.keys()).then((keys) => keys.map(({ url }) => new URL(url).pathname))`,
      );
      return urls.includes('/board') ? urls : undefined;
    }, 'the shell');
    expect(kept.filter((path) => !/^\/(board|assets\/.*|icon.*)$/.test(path))).toEqual([]);
    await board.context.setOffline(true);
    await page.reload();
    await page.getByText('Connecting').waitFor();
    await board.context.setOffline(false);
    await page.getByText('No open calls').waitFor();
  });

  it('keeps its memory over the calls of a shift', async () => {
    const board = await openBoard('/board/icu');
    const devtools = await board.context.newCDPSession(board.page);
    const BEDS = 8;
    const shift = async (calls: number) => {
      const bed = async (number: number) => {
        for (let count = 0; count < calls / BEDS; count++) {
          const { body: call } = await press(`icu-10${String(number)}-bed`, 'patient_normal');
          await nurse.post(`/calls/${call.id as string}/arrive`);
          await nurse.post(`/calls/${call.id as string}/complete`);
        }
      };
      await Promise.all(Array.from({ length: BEDS }, (_, index) => bed(index + 1)));
      await board.page.getByText('No open calls').waitFor();
      await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      const { nodes } = (await devtools.send('Memory.getDOMCounters')) as { nodes: number };
      return { usedSize, nodes };
    };
    await shift(40);
    const before = await shift(80);
    const after = await shift(320);
    expect(after.nodes).toBeLessThan(before.nodes + 500);
    expect(after.usedSize - before.usedSize).toBeLessThan(1_000_000);
  });

  it('weighs at most 100 KB until the first card, without React Aria', () => {
    const manifest = JSON.parse(readFileSync(join(DIST, '.vite', 'manifest.json'), 'utf8')) as Record<string, AnyFrame>;
    const files = new Set<string>();
    const take = (key: string): void => {
      const { file, css = [], imports = [] } = manifest[key] as { file: string; css?: string[]; imports?: string[] };
      for (const one of [file, ...css]) files.add(one);
      for (const one of imports) take(one);
    };
    take('board/index.html');
    take('src/board/messages/ar.ts');
    const texts = [...files].map((file) => readFileSync(join(DIST, file)));
    const weight = texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
    expect(weight).toBeLessThanOrEqual(100_000);
    expect(texts.some((text) => text.includes('react-aria'))).toBe(false);
  });
});
