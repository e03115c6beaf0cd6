import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { emptyWard, StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** Keeps the pulses that a page's audio graph is given. */
const RECORD_PULSES = `
  window.pulses = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.pulses.push({ at, frequency: this.frequency.value });
    return start.call(this, at);
  };`;

let wardline: TestWardline;
let admin: Session;
let browser: Browser;

const press = async (type: string, station = 'icu-101-bed'): Promise<AnyFrame> =>
  (await asStation(wardline, station)('POST', '/calls', { type })).body;
const focusOf = (screen: StaffScreen) => screen.page.evaluate(() => document.activeElement?.nodeName);
const callNow = async (call: AnyFrame): Promise<AnyFrame> => (await admin.get(`/calls/${call['id'] as string}`)).body;

describe('the staff app in Chromium', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  const screens: StaffScreen[] = [];
  const open = async (...args: [username: string, options?: Parameters<typeof StaffScreen.open>[3]]): Promise<StaffScreen> => {
    const screen = await StaffScreen.open(browser, wardline, ...args);
    screens.push(screen);
    return screen;
  };

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { RECEIPT_SEC: '0' } });
    admin = await signIn(wardline, 'admin');
    browser = await launchChromium();
  });
  afterEach(async () => {
    const faults = screens.splice(0).flatMap((screen) => screen.faults);
    await emptyWard(browser, wardline, admin);
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it('shows a press as a card with names, and carries a whole call by its buttons', async () => {
    const nurse = await open('icu-nurse-1');
    await nurse.startShift();
    const call = await press('patient_normal');
    const card = nurse.card(call);
    await card.until('pending');
    expect(await card.label()).toMatch(/^Room 101, Bed A, Patient call/);
    expect(await card.article.getAttribute('data-call-level')).toBe('0');
    await card.press('Accept');
    await card.until('accepted');
    await card.press("I'm here");
    await card.until('in_progress');
    await card.press('Done');
    await card.gone();
    expect((await callNow(call))['state']).toBe('completed');
  });

  it('of two people who accept at once one wins, and the other one sees who', async () => {
    const [first, second] = await Promise.all([open('icu-nurse-1'), open('icu-nurse-2')]);
    await first.startShift();
    await second.startShift();
    const call = await press('patient_normal', 'icu-102-bed');
    await first.card(call).until('pending');
    await second.card(call).until('pending');
    // By scripts: a finger would wait for a button that the other one has just taken away.
    const accept = (screen: StaffScreen) =>
      screen.card(call).article.evaluate((card) => {
        card.querySelector<HTMLElement>('.action-accept')?.click();
      });
    await Promise.all([accept(first), accept(second)]);
    await first.card(call).until('accepted');
    await second.card(call).until('accepted');
    const { accepted_by } = await callNow(call);
    const people = (await admin.get('/departments/icu')).body.staff as { id: string; name: string }[];
    const winner = people.find(({ id }) => id === accepted_by)?.name;
    const labels = await Promise.all([first, second].map((screen) => screen.card(call).label()));
    expect(labels.filter((label) => label?.includes('You are on the way'))).toHaveLength(1);
    expect(labels.filter((label) => label?.includes(`${String(winner)} is on the way`))).toHaveLength(1);
  });

  it('names the department of a call for who follows several, and for nobody else', async () => {
    const { id } = ((await admin.get('/admin/staff?limit=200')).body.items as { id: string; username: string }[]).find(
      ({ username }) => username === 'icu-nurse-3',
    ) ?? { id: '' };
    expect((await admin.post('/admin/memberships', { staff_id: id, dept: 'med' })).status).toBe(201);
    const [both, one] = await Promise.all([open('icu-nurse-3'), open('icu-nurse-1')]);
    await both.startShift();
    const call = await press('patient_normal');
    await both.card(call).article.getByText('Intensive care').waitFor();
    expect(await both.card(call).label()).toMatch(/^Room 101, Bed A, Patient call, .*, Intensive care$/);
    await one.card(call).until('pending');
    expect(await one.card(call).label()).not.toContain('Intensive care');
  });

  it('declines with one tap, or with a code', async () => {
    const nurse = await open('icu-nurse-1');
    await nurse.startShift();
    const call = await press('patient_normal');
    await nurse.card(call).press('Not now, with a reason');
    await nurse.page.getByRole('button', { name: 'Busy with another patient' }).click();
    await nurse.page.locator('dialog').waitFor({ state: 'detached' });
    expect(await focusOf(nurse)).not.toBe('BODY');
    const declined = await eventually(
      async () => ((await callNow(call))['history'] as AnyFrame[]).find(({ type }) => type === 'call.declined'),
      'the decline',
    );
    expect(declined['data']).toMatchObject({ code: 'busy' });
    const other = await press('patient_normal', 'icu-103-bed');
    await nurse.card(other).press('Decline');
    await eventually(
      async () => ((await callNow(other))['history'] as AnyFrame[]).find(({ type }) => type === 'call.declined'),
      'the decline',
    );
  });

  it('asks a manager for the reason of a remote cancel, and lets a manager give a call to somebody', async () => {
    const nurse = await open('icu-nurse-1');
    await nurse.startShift();
    const manager = await open('icu-manager');
    const call = await press('bath_emergency', 'icu-104-bath');
    await manager.card(call).press('Cancel');
    await manager.page.getByLabel('Reason', { exact: true }).fill('pulled by the cleaners');
    await manager.button('Cancel the call').click();
    await manager.card(call).gone();
    expect((await callNow(call))['state']).toBe('cancelled');

    const second = await press('patient_normal', 'icu-105-bed');
    const colleague = await open('icu-nurse-2');
    await colleague.startShift();
    await nurse.card(second).press('Accept');
    await manager.card(second).until('accepted');
    await manager.card(second).press('Reassign');
    await manager.page.getByLabel('Reason', { exact: true }).fill('knows the patient');
    await manager.button('Give the call').click();
    await eventually(
      async () => ((await callNow(second))['history'] as AnyFrame[]).find(({ data }) => data['reason'] === 'reassigned'),
      'the reassignment',
    );
  });

  it('asks the last person on duty before they go, and goes on a break and back', async () => {
    const nurse = await open('icu-nurse-1');
    await nurse.startShift();
    await nurse.button('Pause').click();
    await nurse.button('10 minutes').click();
    await nurse.page.getByRole('heading', { name: 'You are the last one' }).waitFor();
    await nurse.button('Go anyway').click();
    await nurse.button('Resume shift').click();
    await nurse.button('Pause').waitFor();
    await nurse.button('End shift').click();
    await nurse.button('Stay on duty').click();
    await nurse.button('End shift').click();
    await nurse.button('Go anyway').click();
    await nurse.button('Start shift').waitFor();
  });

  it('sounds by rank for whom a call asks: ten pulses for an emergency, two for a patient, none for the others', async () => {
    const nurse = await open('icu-nurse-1', { init: RECORD_PULSES });
    const idle = await open('med-nurse-1', { init: RECORD_PULSES });
    expect(await nurse.page.getByText('SOUND OFF').count()).toBe(1);
    await nurse.startShift();
    await idle.startShift();
    await nurse.page.getByText('SOUND OFF').waitFor({ state: 'detached' });
    const pulses = (screen: StaffScreen) => screen.page.evaluate<{ at: number }[]>('window.pulses');
    const call = await press('patient_normal');
    await nurse.card(call).until('pending');
    const low = await eventually(async () => ((await pulses(nurse)).length >= 2 ? pulses(nurse) : undefined), 'pulses');
    expect(low.slice(0, 2)).toHaveLength(2);
    await nurse.card(call).press('Accept');
    await nurse.card(call).until('accepted');
    await nurse.page.evaluate('window.pulses = []');
    // An accept silences this asking. The next one sounds.
    const again = { staff_id: (await callNow(call))['accepted_by'], reason: 'nobody came' };
    expect((await admin.post(`/calls/${call.id as string}/reassign`, again)).status).toBe(200);
    await eventually(async () => ((await pulses(nurse)).length >= 2 ? true : undefined), 'the sound of a call that asks again');
    await nurse.card(call).press('Accept');
    await nurse.card(call).until('accepted');
    await nurse.page.evaluate('window.pulses = []');
    await press('bath_emergency', 'icu-101-bath');
    const high = await eventually(async () => ((await pulses(nurse)).length >= 10 ? pulses(nurse) : undefined), 'pulses');
    const begin = high[0]?.at ?? 0;
    const gaps = high.slice(1, 10).map(({ at }, i) => at - (high[i]?.at ?? begin));
    // Three and two, and after a rest the same again.
    expect(gaps.map((gap) => (gap > 0.5 ? 'rest' : gap > 0.3 ? 'long' : 'short')).join(' ')).toBe(
      'short short long short rest short short long short',
    );
    expect(await pulses(idle)).toEqual([]);
  });

  it('keeps the sound in reach while it is not live, and says NOT LIVE in an open dialog too', async () => {
    const nurse = await open('icu-nurse-1', { viewport: { width: 390, height: 844 } });
    await nurse.button('Call for help').click();
    await nurse.page.context().setOffline(true);
    await nurse.page.getByRole('dialog').getByRole('alert').filter({ hasText: 'NOT LIVE' }).waitFor();
    await nurse.button('Back').click();
    await nurse.page.locator('.not-live[role="alert"]').waitFor();
    await nurse.page.getByText('SOUND OFF').click();
    await nurse.page.getByText('Sound is on').click();
    await nurse.page.getByText('Silent for').waitFor();
    await nurse.page.context().setOffline(false);
  });

  it('offers a load where the server has stopped the screen for good, and sounds no more from its old picture', async () => {
    const nurse = await open('icu-nurse-1', { init: RECORD_PULSES });
    const { page } = nurse;
    const sockets: { close(options: { code: number }): Promise<void> }[] = [];
    await page.routeWebSocket(/./, (socket) => {
      socket.connectToServer();
      sockets.push(socket);
    });
    await page.reload();
    await page.waitForSelector('html[data-phase="live"]');
    await nurse.startShift();
    const call = await press('patient_normal');
    await nurse.card(call).until('pending');
    await eventually(async () => ((await page.evaluate<unknown[]>('window.pulses')).length > 0 ? true : undefined), 'pulses');
    await sockets.at(-1)?.close({ code: 4003 });
    await page.locator('.not-live[role="alert"]').getByRole('button', { name: 'Load again' }).waitFor();
    await page.evaluate('window.pulses = []');
    // A call of this rank would sound again after twenty seconds.
    await page.waitForTimeout(21_000);
    expect(await page.evaluate('window.pulses')).toEqual([]);
    await nurse.button('Load again').click();
    await page.waitForSelector('html[data-phase="live"]');
  });

  it('clears the screen of a session that is revoked', async () => {
    const nurse = await open('icu-nurse-1');
    await nurse.startShift();
    const call = await press('patient_normal');
    await nurse.card(call).until('pending');
    const staff = (await admin.get('/admin/staff?limit=200')).body.items as { id: string; username: string }[];
    const id = staff.find(({ username }) => username === 'icu-nurse-1')?.id ?? '';
    expect((await admin.send('DELETE', `/admin/staff/${id}/sessions`)).status).toBeLessThan(300);
    await nurse.page.waitForURL(/ended=revoked/);
    expect(await nurse.page.locator('article').count()).toBe(0);
    await nurse.page.getByText('You were signed out').waitFor();
  });

  it('is used by keyboard alone: from the shift to a call that is done', async () => {
    const nurse = await open('icu-nurse-1');
    const { keyboard } = nurse.page;
    const go = async (name: string) => {
      for (let i = 0; i < 60; i++) {
        const focused = await nurse.page.evaluate(() => {
          const element = document.activeElement;
          return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
        });
        if (focused === name) {
          await nurse.page.waitForFunction(() => document.activeElement?.getAttribute('aria-disabled') !== 'true');
          return keyboard.press('Enter');
        }
        // A command on its way comes back to the same button.
        if (focused !== 'Sending…') await keyboard.press('Tab');
      }
      throw new Error(`no way to ${name} by Tab`);
    };
    await go('Start shift');
    await nurse.button('End shift').waitFor();
    const call = await press('patient_normal');
    await nurse.card(call).until('pending');
    await go('Accept');
    await nurse.card(call).until('accepted');
    await go("I'm here");
    await nurse.card(call).until('in_progress');
    await go('Done');
    await nurse.card(call).gone();
    // The card is gone: a reader goes on at the heading.
    expect(await focusOf(nurse)).toBe('H1');
    await go('Pause');
    await nurse.button('10 minutes').click();
    await nurse.button('Go anyway').click();
    await nurse.button('Resume shift').and(nurse.page.locator(':focus')).waitFor();
    await nurse.page.getByRole('status').getByText('On a break until').waitFor({ state: 'attached' });
    await nurse.page.waitForFunction(() => document.activeElement?.getAttribute('aria-disabled') !== 'true');
    await keyboard.press('Enter');
    await go('End shift');
    await nurse.button('Go anyway').click();
    await nurse.button('Start shift').and(nurse.page.locator(':focus')).waitFor();
    await nurse.page.getByRole('status').getByText('You are not on duty').waitFor({ state: 'attached' });
  });
});
