import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium, openWatched } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { eventually } from '../../support/clients/person.js';
import { DESK, emptyWard, StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const PHONE = { viewport: { width: 390, height: 844 } };
const WALL = { viewport: { width: 1920, height: 1080 } };
/** CSS pixels that a finger in a glove hits. */
const FINGER = 48;
const FASTEST_HZ = 3;
/** All longer than fifty characters. */
const LONG = {
  room: 'Intermediate observation room 101 with negative pressure isolation',
  arabicRoom: 'غرفة العناية المتوسطة والمراقبة القلبية المستمرة بعد العمليات رقم 102',
  bed: 'Bed by the window with the ceiling lift, left side of the room',
  nurse: 'Maximiliane-Friederike von Hohenstein-Schwarzenberg zu Lichtenfels',
};

let wardline: TestWardline;
let admin: Session;
let browser: Browser;

const press = async (station: string, type = 'patient_normal'): Promise<AnyFrame> =>
  (await asStation(wardline, station)('POST', '/calls', { type })).body;

/** Elements of a page whose text does not fit, and anything over its sides. */
const cutOff = (page: Page, within: string) =>
  page.evaluate<string[], string>((selector) => {
    const width = document.documentElement.clientWidth;
    return [...document.querySelectorAll<HTMLElement>(`${selector}, ${selector} *`)].flatMap((one) => {
      if (one.closest('.visually-hidden') || one.clientWidth === 0) return [];
      const { left, right } = one.getBoundingClientRect();
      const clips = getComputedStyle(one).overflow !== 'visible';
      const isCut = clips && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
      return isCut || left < -1 || right > width + 1 ? [`${one.className}: ${one.textContent}`] : [];
    });
  }, within);

const flashesOf = (page: Page) =>
  page.evaluate<number[]>(() =>
    document.getAnimations().map((one) => {
      const { duration, direction } = one.effect?.getComputedTiming() ?? {};
      // To and fro is one flash.
      return 1000 / (Number(duration) * (direction === 'alternate' ? 2 : 1));
    }),
  );

describe('a screen under a finger', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  const openBoard = async (path: string, options = {}): Promise<Page> => {
    const { body } = await admin.post('/admin/boards', { name: 'Corridor', departments: ['icu'] });
    const { page } = await openWatched(browser, wardline.url, { ...WALL, ...options });
    await page.goto(`${wardline.url}${path}#code=${body.code as string}`);
    await page.waitForSelector('html[data-phase="live"]');
    return page;
  };

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { RECEIPT_SEC: '0', REQUIRE_WSS: 'false' } });
    admin = await signIn(wardline, 'admin');
    browser = await launchChromium();
  });
  afterEach(() => emptyWard(browser, wardline, admin));
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it.each([
    ['phone', PHONE],
    ['desk', DESK],
  ])('has no button on a %s that is smaller than a finger', async (_, device) => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', device);
    await nurse.startShift();
    await nurse.card(await press('icu-101-bed')).until('pending');
    const small: string[] = [];
    for (const path of ['Team', 'Settings', 'Calls']) {
      await nurse.page.getByRole('link', { name: path, exact: true }).click();
      await nurse.page.getByRole('heading', { level: 1, name: path }).waitFor();
      const targets = nurse.page.locator('button:visible, select:visible, a.nav-link:visible, a.card-link:visible');
      for (const target of await targets.all()) {
        const box = await target.boundingBox();
        if (!box || box.height < FINGER || box.width < FINGER) small.push(`${(await target.textContent()) ?? ''} ${JSON.stringify(box)}`);
      }
    }
    expect(small).toEqual([]);
  });

  it('keeps its cards where they are while somebody points at them, and shows the urgent one first afterwards', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', PHONE);
    await nurse.startShift();
    const first = await press('icu-101-bed');
    await nurse.card(first).until('pending');
    const accept = nurse.card(first).article.getByRole('button', { name: 'Accept' });
    const before = await accept.boundingBox();
    await nurse.page.evaluate(`
      const list = document.querySelector('.mine .cards');
      const point = () => list.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType: 'touch' }));
      point();
      window.finger = setInterval(point, 100);`);
    const urgent = await press('icu-102-bath', 'bath_emergency');
    await nurse.card(urgent).until('pending');
    const order = () => nurse.page.locator('.mine article').evaluateAll((all) => all.map((one) => one.getAttribute('data-call-id')));
    expect(await order()).toEqual([first['id'], urgent['id']]);
    expect(await accept.boundingBox()).toEqual(before);
    await nurse.page.evaluate('clearInterval(window.finger)');
    await eventually(async () => ((await order())[0] === urgent['id'] ? true : undefined), 'the urgent call on top');
  });

  it('flashes at most three times a second, and not for somebody who wants no motion', async () => {
    await press('icu-101-bath', 'bath_emergency');
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { ...PHONE, reducedMotion });
      if (reducedMotion === 'no-preference') await nurse.startShift();
      await nurse.page.locator('article[data-rings="true"][data-rank="2"]').waitFor();
      const board = await openBoard('/board/icu', { reducedMotion });
      await board.locator('article[data-rank="2"]').waitFor();
      for (const page of [nurse.page, board]) {
        const flashes = await flashesOf(page);
        if (reducedMotion === 'reduce') expect(flashes).toEqual([]);
        else {
          expect(flashes).not.toEqual([]);
          for (const hertz of flashes) expect(hertz).toBeLessThanOrEqual(FASTEST_HZ);
        }
      }
    }
  });

  it('shows names of more than fifty characters whole on its cards, on a phone and on a wall', async () => {
    const staff = (await admin.get('/admin/staff?limit=200')).body.items as { id: string; username: string }[];
    const nurseId = staff.find(({ username }) => username === 'icu-nurse-2')?.id ?? '';
    const changes: [path: string, name: string][] = [
      ['/admin/departments/icu/rooms/icu-101', LONG.room],
      ['/admin/departments/icu/rooms/icu-102', LONG.arabicRoom],
      ['/admin/departments/icu/beds/icu-101-a', LONG.bed],
      [`/admin/staff/${nurseId}`, LONG.nurse],
    ];
    for (const [path, name] of changes) expect((await admin.send('PATCH', path, { name })).status, path).toBe(200);
    const colleague = await StaffScreen.open(browser, wardline, 'icu-nurse-2', PHONE);
    await colleague.startShift();
    const taken = await press('icu-101-bed');
    await colleague.card(taken).press('Accept');
    const waiting = await press('icu-102-bed');
    await colleague.card(waiting).until('pending');
    expect(await cutOff(colleague.page, 'main')).toEqual([]);
    await colleague.page.getByRole('link', { name: 'Team', exact: true }).click();
    await colleague.page.getByText(LONG.nurse).last().waitFor();
    expect(await cutOff(colleague.page, 'main')).toEqual([]);

    const board = await openBoard('/board/icu');
    for (const name of [LONG.room, LONG.arabicRoom]) await board.locator('.card-room').getByText(name).waitFor();
    await board.locator('.card-who').getByText(LONG.nurse).waitFor();
    expect(await cutOff(board, '.card')).toEqual([]);
  });
});
