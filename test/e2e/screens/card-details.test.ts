import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { emptyWard, StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** A device whose clock is an hour fast. */
const FAST_CLOCK = `const { now } = Date; Date.now = () => now() + 3_600_000;`;
/** Keeps the pulses that the audio graph of a page is given. */
const RECORD_PULSES = `
  window.pulses = 0;
  const { start, stop } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (at) {
    window.pulses += 1;
    return start.call(this, at);
  };
  window.stops = 0;
  OscillatorNode.prototype.stop = function (at) {
    if (at === undefined) window.stops += 1;
    return stop.call(this, at);
  };`;

let wardline: TestWardline;
let admin: Session;
let browser: Browser;

const press = async (type: string, station = 'icu-101-bed'): Promise<AnyFrame> =>
  (await asStation(wardline, station)('POST', '/calls', { type })).body;
const see = <T>({ page }: StaffScreen, expression: string) => page.evaluate<T>(expression);

describe('what a card and the page of a call say', () => {
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

  it('the place by names, the kind, how urgent in words, the person who was asked, how often it was pressed', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    await nurse.startShift();
    const call = await press('patient_normal');
    await press('patient_normal');
    const { article } = nurse.card(call);
    for (const text of ['Room 101', 'Bed A', 'Patient call', 'Low', 'Asks for you', 'Asked: Amina Haddad', 'Pressed once more'])
      await article.getByText(text).first().waitFor();
    // The kind has a picture, and the rank a shape: no colour says it alone.
    expect(await article.locator('.call-mark path, .call-mark circle, .call-mark polygon').count()).toBeGreaterThan(1);
    await nurse.page.getByText('Wardline is the secondary channel').waitFor();
  });

  it('the level, in words and as bars', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    const call = await press('patient_normal');
    // Nobody is on duty: the ladder goes up at once.
    const { article } = nurse.card(call);
    await article.and(nurse.page.locator(':not([data-call-level="0"])')).waitFor();
    const shown = await article.evaluate((one) => ({
      level: one.getAttribute('data-call-level'),
      words: one.querySelector('.card-level')?.textContent.trim(),
      bars: one.querySelectorAll('.level-bars rect[data-filled="true"]').length,
    }));
    expect(shown).toEqual({ level: shown.level, words: `Level ${String(shown.level)}`, bars: Number(shown.level) });
  });

  it("the age by the server's clock, on a device whose clock is wrong", async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: FAST_CLOCK });
    await nurse.startShift();
    const { article } = nurse.card(await press('patient_normal'));
    await article.getByRole('timer').waitFor();
    expect(await article.getByRole('timer').textContent()).toMatch(/0:\d\d$/);
  });

  it("whatever is open in the order of priority, then age, a person's own calls first", async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    await nurse.startShift();
    const older = await press('patient_normal', 'icu-103-bed');
    const newer = await press('patient_normal', 'icu-104-bed');
    const urgent = await press('bath_emergency', 'icu-105-bath');
    await nurse.card(urgent).until('pending');
    const cards = ({ page }: StaffScreen) =>
      page
        .locator('article')
        .evaluateAll((all) => all.map(({ dataset }) => ({ id: dataset['callId'], isMine: dataset['mine'] === 'true' })));
    expect((await cards(nurse)).map(({ id }) => id)).toEqual([urgent, older, newer].map(({ id }) => id));
    // A colleague who comes later takes over the asking of one of the two.
    const colleague = await StaffScreen.open(browser, wardline, 'icu-nurse-2');
    await colleague.startShift();
    await colleague.page.locator('article[data-mine="true"]').nth(1).waitFor();
    const seen = await cards(colleague);
    expect(seen.map(({ isMine }) => isMine)).toEqual([true, true, false]);
    expect(seen[0]?.id).toBe(urgent['id']);
  });

  it('its ledger, person by person: asked, sent, received, declined, withdrawn', async () => {
    const [first, second] = [
      await StaffScreen.open(browser, wardline, 'icu-nurse-1'),
      await StaffScreen.open(browser, wardline, 'icu-nurse-2'),
    ];
    await first.startShift();
    await second.startShift();
    const call = await press('patient_normal', 'icu-102-bed');
    const asked = await eventually(async () => {
      const { body } = await admin.get(`/calls/${call['id'] as string}`);
      return (body.annunciations as AnyFrame[])[0];
    }, 'the person who is asked');
    const people = (await admin.get('/departments/icu')).body.staff as { id: string; name: string }[];
    const name = people.find(({ id }) => id === asked['staff_id'])?.name ?? '';
    const screen = name === 'Amina Haddad' ? first : second;
    await screen.card(call).until('pending');
    await screen.card(call).press('Decline');
    await screen.card(call).article.locator('.card-link').click();
    const row = screen.page.getByRole('region', { name: 'Person by person' }).getByRole('listitem').filter({ hasText: name });
    await row.getByText('Declined').waitFor();
    const steps = await row
      .locator('dl > div')
      .evaluateAll((all) =>
        all.map((one) => [one.querySelector('dt')?.textContent ?? '', /^\d\d:\d\d:\d\d$/.test(one.querySelector('dd')?.textContent ?? '')]),
      );
    expect(Object.fromEntries(steps)).toEqual({
      ...{ Asked: true, Sent: true, Received: true },
      ...{ Accepted: false, Declined: true, Withdrawn: true },
    });
  });

  it('nothing by sound any more once it is declined, or withdrawn', async () => {
    const nurse = await StaffScreen.open(browser, wardline, 'icu-nurse-1', { init: RECORD_PULSES });
    await nurse.startShift();
    for (const end of ['declined', 'withdrawn'] as const) {
      await nurse.page.evaluate('window.pulses = 0; window.stops = 0');
      const call = await press('bath_emergency', 'icu-101-bath');
      await eventually(async () => ((await see<number>(nurse, 'window.pulses')) >= 10 ? true : undefined), 'the sound');
      if (end === 'declined') await nurse.card(call).press('Decline');
      else expect((await admin.post(`/calls/${call['id'] as string}/cancel`, { reason: 'a test' })).status).toBe(200);
      // Pulses that were to come are taken back at once.
      await eventually(async () => ((await see<number>(nurse, 'window.stops')) > 0 ? true : undefined), `silence: ${end}`);
      if (end === 'declined') expect((await admin.post(`/calls/${call['id'] as string}/cancel`, { reason: 'a test' })).status).toBe(200);
      await nurse.card(call).gone();
    }
  });
});
