import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium, openWatched } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { DESK, emptyWard, StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

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

  const openBoard = async (path: string, options = {}, departments = ['icu']): Promise<Page> => {
    const { body } = await admin.post('/admin/boards', { name: 'Corridor', departments });
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

  it.each(['en', 'ar', 'de'])('has room for the names of all pages beside one another on a phone, in %s', async (language) => {
    const init = `localStorage.setItem('wardline.language', '${language}');`;
    const manager = await StaffScreen.open(browser, wardline, 'icu-manager', { ...PHONE, init });
    const outside = () =>
      manager.page.locator('.nav-link').evaluateAll((links) =>
        links.flatMap((link) => {
          const [outer, inner] = [link, link.querySelector('span') ?? link].map((one) => one.getBoundingClientRect());
          const isInside = outer && inner && inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
          const text = link.querySelector('span');
          return isInside && text && text.scrollWidth <= text.clientWidth + 1 && text.offsetHeight < 20 ? [] : [link.textContent];
        }),
      );
    expect(await manager.page.locator('.nav-link').count()).toBe(6);
    expect(await outside()).toEqual([]);
  });

  it('points its arrows the way that the language is read', async () => {
    const call = await press('icu-101-bed');
    for (const [language, isForward] of [
      ['en', 'right'],
      ['ar', 'left'],
    ] as const) {
      const init = `localStorage.setItem('wardline.language', '${language}');`;
      const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { ...PHONE, init });
      const arrow = nurse.card(call).article.locator('.arrow');
      await arrow.waitFor();
      // The character is one of those that a browser mirrors in a text from right to left.
      expect(await arrow.evaluate((one) => [one.textContent, getComputedStyle(one).scale, getComputedStyle(one).direction])).toEqual([
        '›',
        'none',
        isForward === 'right' ? 'ltr' : 'rtl',
      ]);
      await nurse.close();
    }
  });

  it('keeps a card as it was while its command waits for the network', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', PHONE);
    await nurse.startShift();
    const call = await press('icu-101-bed');
    await nurse.card(call).until('pending');
    await nurse.page.context().setOffline(true);
    await nurse.page.locator('.not-live[role="alert"]').waitFor();
    const { article } = nurse.card(call);
    const boxes = async () => [await article.boundingBox(), await article.getByRole('button', { name: "I'm here" }).boundingBox()];
    const before = await boxes();
    await nurse.card(call).press('Accept');
    await article.getByRole('button', { name: 'Not sent yet…' }).waitFor();
    expect(await boxes()).toEqual(before);
    await nurse.page.context().setOffline(false);
    await nurse.card(call).until('accepted');
  });

  it.each(['en', 'de', 'ar'])('shows twenty cards at their third level whole on a wall and on a desk, in %s', async (language) => {
    await admin.post('/admin/departments', { id: 'gen', name: 'General ward' });
    const types = ['patient_normal', 'technical_fault', 'staff_assist'];
    for (let number = 1; number <= 20; number++) {
      const room_id = `gen-${String(number)}`;
      const name = number % 5 === 0 ? `غرفة العناية المتوسطة ${String(number)}` : `Room ${String(400 + number)}`;
      await admin.post('/admin/departments/gen/rooms', { id: room_id, name });
      expect((await admin.post('/calls', { type: types[number % 3], room_id })).status).toBe(201);
    }
    for (const device of [WALL, DESK]) {
      const board = await openBoard(`/board/gen?lang=${language}`, device, ['gen']);
      await board.locator('.card[data-call-level="3"]').nth(19).waitFor();
      expect(await cutOff(board, '.card')).toEqual([]);
    }
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
    await board.locator('.person-name').getByText(LONG.nurse).waitFor();
    for (const size of [WALL, DESK, { viewport: { width: 1024, height: 768 } }, { viewport: { width: 1080, height: 1920 } }, PHONE]) {
      await board.setViewportSize(size.viewport);
      expect(await cutOff(board, '.staff'), JSON.stringify(size)).toEqual([]);
    }
  });
});
