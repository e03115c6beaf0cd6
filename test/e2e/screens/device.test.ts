import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { emptyWard, StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** Records how the page uses the device: its motor and its screen. */
const RECORD_DEVICE = `
  window.vibrations = [];
  Object.defineProperty(navigator, 'vibrate', { value: (pattern) => window.vibrations.push([pattern].flat()) > 0 });
  window.locks = { asked: 0, released: 0 };
  Object.defineProperty(navigator, 'wakeLock', { value: { request: async (kind) => {
    window.locks.asked += 1;
    return { kind, release: async () => { window.locks.released += 1; } };
  } } });`;

/** Counts the timers of a second that run, and hides the page from its scripts. */
const RECORD_SECONDS = `
  window.seconds = new Set();
  const { setInterval: begin, clearInterval: end } = window;
  window.setInterval = (work, ms, ...rest) => {
    const timer = begin(work, ms, ...rest);
    if (ms === 1000) window.seconds.add(timer);
    return timer;
  };
  window.clearInterval = (timer) => {
    window.seconds.delete(timer);
    end(timer);
  };
  window.see = (isSeen) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: !isSeen });
    document.dispatchEvent(new Event('visibilitychange'));
  };`;

let wardline: TestWardline;
let admin: Session;
let browser: Browser;

const press = async (type: string, station = 'icu-101-bed'): Promise<AnyFrame> =>
  (await asStation(wardline, station)('POST', '/calls', { type })).body;
const buzzesOf = ({ page }: StaffScreen) => page.evaluate<number[][]>('window.vibrations.filter(([first]) => first > 0)');

describe('the device of a nurse', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { RECEIPT_SEC: '0', REQUIRE_WSS: 'false' } });
    admin = await signIn(wardline, 'admin');
    browser = await launchChromium(CHROMIUM);
  });
  afterEach(() => emptyWard(browser, wardline, admin));
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it('keeps its screen on from the beginning of the shift to its end, and again when the page comes back', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: RECORD_DEVICE });
    const locks = () => nurse.page.evaluate('window.locks');
    expect(await locks()).toEqual({ asked: 0, released: 0 });
    await nurse.startShift();
    expect(await locks()).toEqual({ asked: 1, released: 0 });
    await nurse.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    expect(await locks()).toMatchObject({ asked: 2 });
    await nurse.button('End shift').click();
    await nurse.button('Go anyway').click();
    await nurse.button('Start shift').waitFor();
    expect(await locks()).toMatchObject({ asked: 2, released: 2 });
  });

  it('vibrates by rank for whom a call asks, and is still when they have accepted it', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: RECORD_DEVICE });
    const idle = await StaffScreen.open(browser, wardline, 'med-nurse-1', { init: RECORD_DEVICE });
    await nurse.startShift();
    await idle.startShift();
    const call = await press('bath_emergency', 'icu-101-bath');
    const [high] = await eventually(async () => {
      const buzzes = await buzzesOf(nurse);
      return buzzes.length > 0 ? buzzes : undefined;
    }, 'a vibration');
    expect(high?.filter((_, place) => place % 2 === 0)).toHaveLength(5);
    await nurse.card(call).press('Accept');
    await nurse.card(call).until('accepted');
    // The last word to the motor is that it is to be still.
    expect(await nurse.page.evaluate('window.vibrations.at(-1)')).toEqual([0]);
    expect(await buzzesOf(idle)).toEqual([]);
  });

  it('is silent for a while when it is told to be, counts down, and sounds at once for what is more urgent', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: RECORD_DEVICE });
    await nurse.startShift();
    await nurse.card(await press('patient_normal')).until('pending');
    await nurse.page.getByRole('button', { name: 'Sound is on' }).click();
    await nurse.page.getByRole('button', { name: /^Silent for [12]:\d\d/ }).waitFor();
    await nurse.page.evaluate('window.vibrations = []');
    await nurse.card(await press('patient_normal', 'icu-102-bed')).until('pending');
    expect(await buzzesOf(nurse)).toEqual([]);
    await press('bath_emergency', 'icu-101-bath');
    await nurse.page.getByRole('button', { name: 'Sound is on' }).waitFor();
    expect(await buzzesOf(nurse)).not.toEqual([]);
  });

  it('sounds again at once when its person ends the silence before its time', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: RECORD_DEVICE });
    await nurse.startShift();
    await nurse.card(await press('patient_normal')).until('pending');
    await nurse.page.getByRole('button', { name: 'Sound is on' }).click();
    const silent = nurse.page.getByRole('button', { name: /^Silent for [12]:\d\d/ });
    await silent.waitFor();
    expect(await nurse.page.evaluate('window.vibrations.at(-1)')).toEqual([0]);
    await nurse.page.evaluate('window.vibrations = []');
    await silent.click();
    await nurse.page.getByRole('button', { name: 'Sound is on' }).waitFor();
    // The call that has asked all the time.
    expect(await buzzesOf(nurse)).toEqual([[200]]);
  });

  it('lets its person hear each rank, and be silent for ten minutes at most', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: RECORD_DEVICE });
    await nurse.startShift();
    await nurse.page.getByRole('link', { name: 'Settings', exact: true }).click();
    for (const [rank, pulses] of [
      ['High', 5],
      ['Medium', 3],
      ['Low', 1],
    ] as const) {
      await nurse.page.evaluate('window.vibrations = []');
      await nurse.button(`Hear it: ${rank}`).click();
      const [pattern = []] = await buzzesOf(nurse);
      expect(
        pattern.filter((_, place) => place % 2 === 0),
        rank,
      ).toHaveLength(pulses);
    }
    const silences = await nurse.page.getByRole('button', { name: /^Silence for \d+ minutes$/ }).allTextContents();
    expect(silences).toEqual(['Silence for 2 minutes', 'Silence for 5 minutes', 'Silence for 10 minutes']);
    await nurse.button('Silence for 10 minutes').click();
    await nurse.page.getByRole('button', { name: /^Silent for (10:00|9:5\d)/ }).waitFor();
  });

  it('rests its ages while nobody sees the page, and shows the true ones at once when somebody does', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: RECORD_SECONDS });
    await nurse.startShift();
    const card = nurse.card(await press('patient_normal'));
    await card.until('pending');
    const ticking = () => nurse.page.evaluate<number>('window.seconds.size');
    expect(await ticking()).toBe(1);
    await nurse.page.evaluate('window.see(false)');
    expect(await ticking()).toBe(0);
    // An hour goes by.
    const age = card.article.getByRole('timer');
    const before = await age.textContent();
    await nurse.page.evaluate('const now = performance.now.bind(performance); performance.now = () => now() + 3_600_000;');
    expect(await age.textContent()).toBe(before);
    const [after, count] = await nurse.page.evaluate<[string, number]>(
      `window.see(true); new Promise((done) => requestAnimationFrame(() => done([document.querySelector('[role=timer]').textContent, window.seconds.size])))`,
    );
    expect([after, count]).toEqual([expect.stringMatching(/1:00:\d\d$/), 1]);
  });

  it('shows a push, whatever it holds, and sends nothing for it', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    const { page } = nurse;
    await page.context().grantPermissions(['notifications'], { origin: wardline.url });
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    const devtools = await page.context().newCDPSession(page);
    const registered = new Promise<string>((resolve) => {
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const [first] = registrations;
        if (first) resolve(first.registrationId);
      });
    });
    await devtools.send('ServiceWorker.enable');
    const registrationId = await registered;
    const deliver = (data: string) => devtools.send('ServiceWorker.deliverPushMessage', { origin: wardline.url, registrationId, data });
    const shown = () =>
      page.evaluate<{ title: string; body: string; path: string }[]>(
        `navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map(({ title, body, data }) => ({ title, body, path: data.path })))`,
      );
    await deliver(JSON.stringify({ title: 'Room 101', body: 'Patient call', tag: 'a', path: '/app/team' }));
    await deliver('this is no JSON');
    const all = await eventually(async () => {
      const now = await shown();
      return now.length === 2 ? now : undefined;
    }, 'the notifications');
    expect(all).toContainEqual({ title: 'Room 101', body: 'Patient call', path: '/app/team' });
    expect(all).toContainEqual({ title: 'Wardline', body: '', path: '/app' });
    expect(nurse.faults).toEqual([]);
  });
});
