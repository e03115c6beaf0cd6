import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium, openWatched } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { closeAllCalls } from '../../support/clients/person.js';
import { StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;
let browser: Browser;

const press = async (station: string): Promise<AnyFrame> =>
  (await asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' })).body;

/** Spoils one call on its way to the page: a text of its card is none. */
async function spoilCall(page: Page, { id }: AnyFrame, field: string): Promise<void> {
  const spoil = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoil(one)]));
    return fields['id'] === id && 'recipients' in fields ? { ...fields, [field]: {} } : fields;
  };
  await page.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      socket.send(typeof message === 'string' ? JSON.stringify(spoil(JSON.parse(message))) : message);
    });
  });
}

describe('a screen of which a part breaks', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { RECEIPT_SEC: '0' } });
    admin = await signIn(wardline, 'admin');
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await closeAllCalls(admin);
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it('shows room, level and Accept of a card that broke, and every other card whole', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    await nurse.startShift();
    const broken = await press('icu-101-bed');
    const whole = await press('icu-102-bed');
    await spoilCall(nurse.page, broken, 'bed_id');
    await nurse.page.reload();
    const card = nurse.card(broken);
    await card.until('pending');
    expect(await card.label()).toBe('Room 101');
    expect(await card.article.textContent()).toContain('Level 0');
    expect(await nurse.card(whole).label()).toMatch(/^Room 102, Bed A, Patient call/);
    await card.press('Accept');
    await card.until('accepted');
    expect((await admin.get(`/calls/${broken['id'] as string}`)).body.state).toBe('accepted');
  });

  it('shows room and level of a broken card on a board, and every other card whole', async () => {
    const broken = await press('icu-101-bed');
    await press('icu-102-bed');
    const { body } = await admin.post('/admin/boards', { name: 'Corridor', departments: ['icu'] });
    const { page } = await openWatched(browser, wardline.url, { viewport: { width: 1920, height: 1080 } });
    await spoilCall(page, broken, 'type');
    await page.goto(`${wardline.url}/board/icu#code=${body.code as string}`);
    await page.getByRole('article', { name: /^Room 102, Bed A, Patient call/ }).waitFor();
    const card = page.locator(`[data-call-id="${broken['id'] as string}"]`);
    expect(await card.getAttribute('aria-label')).toBe('Room 101');
    expect(await card.textContent()).toContain('Level 0');
  });

  it('keeps the rest of the app where a page breaks, and tries the page again', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-2');
    const { page } = nurse;
    let isBroken = true;
    await page.route('**/api/v1/departments/icu/staff*', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { items: object[] };
      await route.fulfill({ response: answer, json: { items: body.items.map((one) => (isBroken ? null : one)) } });
    });
    await page.getByRole('link', { name: 'Team' }).click();
    await page.getByRole('alert').filter({ hasText: 'This part of the screen is broken' }).waitFor();
    expect(await nurse.button('Start shift').isVisible()).toBe(true);
    isBroken = false;
    await nurse.button('Try again').click();
    await page.getByRole('heading', { name: 'Not on duty' }).waitFor();
  });

  it('says NOT LIVE and loads again, later each time, where the whole page breaks', async () => {
    const { page } = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    let isBroken = true;
    await page.route('**/api/v1/departments', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { items: object[] };
      await route.fulfill({ response: answer, json: isBroken ? { items: [...body.items, null] } : body });
    });
    const alert = page.getByRole('alert').filter({ hasText: 'NOT LIVE. This screen is broken' });
    await page.reload();
    const tries = () => page.evaluate(`Number(localStorage.getItem('wardline.reloads').split(' ')[0])`);
    const loaded = () => page.waitForEvent('load');
    await alert.waitFor();
    expect(await tries()).toBe(1);
    await loaded();
    await alert.waitFor();
    expect(await tries()).toBe(2);
    isBroken = false;
    await loaded();
    await page.waitForSelector('html[data-phase="live"]');
  });

  it('loads once where a file of its release is gone, and no more often', async () => {
    const { page } = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    let asked = 0;
    await page.context().route('**/assets/settings-page-*.js', (route) => {
      asked += 1;
      return route.abort();
    });
    const loaded = page.waitForEvent('request', (request) => request.isNavigationRequest());
    await page.getByRole('link', { name: 'Settings' }).click();
    await loaded;
    await page.getByRole('alert').filter({ hasText: 'This part of the screen is broken' }).waitFor();
    expect(asked).toBe(2);
  });
});
