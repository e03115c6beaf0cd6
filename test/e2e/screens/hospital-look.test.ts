import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium, openWatched } from '../../support/screens/browser.js';
import { asStation, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), 'wardline-look-'));

const coloursOf = (page: Page) => page.getAttribute('html', 'data-colours');
const tokenOf = (page: Page) => page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()`);

describe('the screens of a hospital with a look and ways of its own', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    const style = join(folder, 'tokens.css');
    writeFileSync(style, ':root, :root[data-look] { --accent: #7a005c; }');
    wardline = await startTestWardline({
      env: { RECEIPT_SEC: '0', SCREEN_COLOURS: 'din-vde-0834', SCREEN_STYLE_FILE: style, SCREEN_TRANSPORTS: 'stream,poll' },
    });
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has its colours and tokens, and opens no socket where the region has none', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    const { page } = nurse;
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.reload();
    await page.waitForSelector('html[data-phase="live"]');
    expect([await coloursOf(page), await tokenOf(page)]).toEqual(['din-vde-0834', '#7a005c']);
    await nurse.startShift();
    const { body: call } = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const card = nurse.card(call);
    await card.until('pending');
    await card.press('Accept');
    await card.until('accepted');
    expect([...sockets, ...nurse.faults]).toEqual([]);
  });

  it('lets a device choose other colours for itself', async () => {
    const { page } = await StaffScreen.open(browser, wardline, 'icu-nurse-2');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Colours of calls').selectOption('htm-08-03');
    await page.reload();
    await page.waitForSelector('html[data-phase="live"]');
    expect(await coloursOf(page)).toBe('htm-08-03');
  });

  it('is the same on a board, whose address may name other colours', async () => {
    const admin = await signIn(wardline, 'admin');
    const { body } = await admin.post('/admin/boards', { name: 'Corridor', departments: ['icu'] });
    const { page, faults } = await openWatched(browser, wardline.url, { viewport: { width: 1920, height: 1080 } });
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(`${wardline.url}/board/icu#code=${body.code as string}`);
    await page.waitForSelector('html[data-phase="live"]');
    expect([await coloursOf(page), await tokenOf(page)]).toEqual(['din-vde-0834', '#7a005c']);
    const { body: call } = await asStation(wardline, 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' });
    await page.locator(`[data-call-id="${call.id as string}"]`).waitFor();
    await page.goto(`${wardline.url}/board/icu?colours=htm-08-03`);
    await page.waitForSelector('html[data-phase="live"]');
    expect(await coloursOf(page)).toBe('htm-08-03');
    expect([...sockets, ...faults]).toEqual([]);
  });
});
