import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** More than one page of the history holds, and fewer than two. */
const HISTORY_CALLS = 60;

let wardline: TestWardline;
let admin: Session;
let nurse: Session;
let browser: Browser;

const staffing = async (list: 'staff' | 'exclusions' | 'assignments') =>
  (await admin.get(`/departments/icu/${list}`)).body.items as AnyFrame[];

describe('the pages of a manager in Chromium', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { RECEIPT_SEC: '0' } });
    [admin, nurse] = await Promise.all([signIn(wardline, 'admin'), signIn(wardline, 'icu-nurse-1')]);
    await nurse.post('/departments/icu/shifts');
    await (await signIn(wardline, 'icu-nurse-2')).post('/departments/icu/shifts');
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  const open = async (page: string): Promise<StaffScreen> => {
    const manager = await StaffScreen.open(browser, wardline, 'icu-manager');
    await manager.page.getByRole('link', { name: page, exact: true }).click();
    await manager.page.getByRole('heading', { level: 1, name: page }).waitFor();
    return manager;
  };

  it('change the order, take a nurse out and back in, assign a room, and post a notice', async () => {
    const manager = await open('Staffing');
    const { page } = manager;
    const order = async () =>
      (await staffing('staff'))
        .filter(({ queue_position }) => queue_position !== null)
        .sort((a, b) => a['queue_position'] - b['queue_position'])
        .map(({ name }) => name as string);
    const [first = '', second = ''] = await order();
    await manager.button(`${second}: earlier`).click();
    await eventually(async () => ((await order())[0] === second ? true : undefined), 'the new order');

    const out = page.getByRole('region', { name: 'Out of the queue' });
    await out.getByLabel('Person').selectOption({ label: first });
    await out.getByLabel('Reason').fill('training');
    await out.getByRole('button', { name: 'Take out' }).click();
    await out.getByRole('button', { name: `${first}: back in` }).waitFor();
    expect(await staffing('exclusions')).toMatchObject([{ reason: 'training' }]);
    await out.getByRole('button', { name: `${first}: back in` }).click();
    await out.getByText('Nobody is out of the queue.').waitFor();

    await page.getByLabel('Room 101: First').selectOption({ label: second });
    await eventually(async () => ((await staffing('assignments')).length === 1 ? true : undefined), 'the assignment');

    const seen = page.waitForRequest((request) => request.url().endsWith('/departments/icu/notices'));
    await manager.button('Quiet hours').click();
    await seen;
    await page.getByRole('status', { name: 'Notice', exact: true }).getByText('Quiet hours').waitFor();
    // A shift that somebody forgot is ended by name: the rows change places by themselves.
    await manager.button(`End the shift of ${second}`).click();
    const dialog = page.getByRole('dialog', { name: `End the shift of ${second}` });
    await dialog.getByRole('button', { name: 'Back' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await order()).toContain(second);
    await manager.button(`End the shift of ${second}`).click();
    await dialog.getByRole('button', { name: 'End shift' }).click();
    await eventually(async () => ((await order()).includes(second) ? undefined : true), 'the end of the shift');
    expect(manager.faults).toEqual([]);
  });

  it('take one command at a time, and say a refusal where it was given', async () => {
    const manager = await open('Staffing');
    const { page } = manager;
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/notices')) posted.push(request.method());
    });
    await manager.button('Visiting time ends').dblclick();
    const notices = page.getByRole('region', { name: 'Notices' });
    await notices.getByRole('status').getByText('Posted: Visiting time ends').waitFor();
    expect(posted).toEqual(['POST']);
    await page.route('**/departments/icu/notices', (route) => route.abort());
    await manager.button('Fire drill').click();
    await notices.getByRole('alert').getByText('The server was not reached').waitFor();
    // A list that could not be read is asked for again by a button.
    await page.route('**/departments/icu/staff', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').getByText('The server was not reached').waitFor();
    await page.unroute('**/departments/icu/staff');
    await manager.button('Try again').click();
    await page.getByRole('region', { name: 'Order of the queue' }).waitFor();
    await manager.close();
  });

  it('show a notice also after a load, until it is read', async () => {
    const manager = await open('Staffing');
    const { page } = manager;
    const banner = page.getByRole('status', { name: 'Notice', exact: true });
    await manager.button('All hands to the ward').click();
    await banner.getByText('All hands to the ward').waitFor();
    await page.reload();
    await banner.getByText('All hands to the ward').waitFor();
    await banner.getByRole('button', { name: 'Read' }).click();
    await banner.waitFor({ state: 'detached' });
    await page.reload();
    await page.waitForSelector('html[data-phase="live"]');
    await page.getByRole('region', { name: 'Order of the queue' }).waitFor();
    expect(await banner.count()).toBe(0);
    await manager.close();
  });

  it('show a call that is over in the history, and lead to its page', async () => {
    const { body: call } = await asStation(wardline, 'icu-105-bed')('POST', '/calls', { type: 'patient_normal' });
    for (const command of ['accept', 'arrive', 'complete']) await nurse.post(`/calls/${call.id as string}/${command}`);
    const manager = await open('History');
    await manager.page.getByRole('link', { name: 'Room 105, Bed A, Patient call' }).click();
    await manager.card(call).until('completed');
    await manager.page.getByRole('region', { name: 'Person by person' }).getByText('Accepted').first().waitFor();
    // A screen reader goes on at the heading of the page that opened.
    expect(await manager.page.evaluate('document.activeElement?.textContent')).toBe('Room 105, Bed A, Patient call');
  });

  it('show the report of the days that were chosen, and keep those, east of the Greenwich meridian too', async () => {
    const manager = await StaffScreen.open(browser, wardline, 'icu-manager', { timezoneId: 'Asia/Riyadh' });
    const { page } = manager;
    await page.getByRole('link', { name: 'Reports', exact: true }).click();
    await page.getByLabel('From').fill('2026-11-02');
    await page.getByLabel('To', { exact: true }).fill('2026-11-03');
    const asked = page.waitForRequest((request) => request.url().includes('2026-11-01T21'));
    await manager.button('Show').click();
    await asked;
    await page.getByText('Loading').waitFor({ state: 'detached' });
    const days = () => Promise.all(['From', 'To'].map((label) => page.getByLabel(label, { exact: true }).inputValue()));
    expect(await days()).toEqual(['2026-11-02', '2026-11-03']);
    await manager.close();
  });

  it('go on in the history after a page that could not be read', async () => {
    const manager = await open('History');
    const { page } = manager;
    await page.route(/\/calls\?/, (route) => route.abort());
    await page.getByLabel('Ended as').selectOption({ label: 'Cancelled' });
    await page.getByRole('alert').getByText('The server was not reached').waitFor();
    await page.unroute(/\/calls\?/);
    await manager.button('Try again').click();
    await page.getByText('Nothing in this period.').waitFor();
    await manager.close();
  });

  it('go on with more of the history after a page that the server refused: nothing twice, nothing lost', async () => {
    const places = ['icu-106', 'icu-107', 'icu-108'];
    for (let count = 0; count < HISTORY_CALLS; count++) {
      const { body } = await admin.post('/calls', { type: 'patient_normal', room_id: places[count % places.length] });
      const { status } = await admin.post(`/calls/${body.id as string}/cancel`, { reason: 'a long history' });
      expect(status).toBe(200);
    }
    const manager = await open('History');
    const { page } = manager;
    await page.getByLabel('Ended as').selectOption({ label: 'Cancelled' });
    const rows = page.locator('.rows > li');
    await page.getByRole('region', { name: 'History' }).and(page.locator('[aria-busy="false"]')).waitFor();
    const before = await rows.count();
    expect(before).toBeLessThan(HISTORY_CALLS);

    const second = /\/calls\?.*cursor=/;
    let refused = 0;
    await page.route(second, (route) => {
      refused += 1;
      return route.fulfill({ status: 503, json: { error: { code: 'UNAVAILABLE', message: 'not now', retryable: true } } });
    });
    await manager.button('More').click();
    await page.getByRole('alert').getByText('The server cannot do this now. Try again.').waitFor();
    expect([refused, await rows.count()]).toEqual([1, before]);
    await page.unroute(second);
    await manager.button('Try again').click();
    await rows.nth(HISTORY_CALLS - 1).waitFor();
    await manager.button('More').waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').getByText('Try again').count()).toBe(0);

    const { items } = (await admin.get('/calls?dept=icu&state=cancelled&order=newest&limit=200')).body as { items: AnyFrame[] };
    const shown = await rows.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')?.split('/').at(-1)));
    expect(shown).toEqual(items.map(({ id }) => id));
    expect(manager.faults).toEqual([]);
  });

  it('save a report as CSV: the table of the period, as the server writes it', async () => {
    const manager = await open('Reports');
    const { page } = manager;
    await page.getByRole('table').first().waitFor();
    const started = page.waitForEvent('download');
    await manager.button('Save as CSV').click();
    const download = await started;
    expect(download.suggestedFilename()).toMatch(/^report-icu-\d{8}T\d{6}Z-\d{8}T\d{6}Z\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines[0]).toMatch(/^section,dept,from,to,time_zone,type,shift,interval,count,/);
    const columns = lines[0]?.split(',').length;
    for (const line of lines) expect(line.split(',')).toHaveLength(columns ?? 0);
    expect(lines.filter((line) => line.startsWith('calls,icu,'))).not.toEqual([]);
    expect(manager.faults).toEqual([]);
  });
});
