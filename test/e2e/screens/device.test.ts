import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { eventually } from '../../support/clients/person.js';
import { emptyWard, StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

/** Records how the page uses the device: its motor and its screen. */
const RECORD_DEVICE = `
  window.vibrations = [];
  Object.defineProperty(navigator, 'vibrate', { value: (pattern) => window.vibrations.push([pattern].flat()) > 0 });
  window.locks = { asked: 0, released: 0 };
  Object.defineProperty(navigator, 'wakeLock', { value: { request: async (kind) => {
    window.locks.asked += 1;
    return { kind, release: async () => { window.locks.released += 1; } };
  } } });`;

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
    browser = await launchChromium();
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
