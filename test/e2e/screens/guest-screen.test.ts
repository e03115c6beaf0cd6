import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, CHROMIUM, launchChromium, openWatched, type WatchedPage } from '../../support/screens/browser.js';
import { type AnyFrame, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const PHONE = { viewport: { width: 390, height: 844 } };

let wardline: TestWardline;
let admin: Session;
let nurse: Session;
let browser: Browser;
let turn = 0;

/** A link of a bed that no other test uses. */
async function freshLink(): Promise<{ path: string; bed: string }> {
  const bed = `icu-screen-${String((turn += 1))}`;
  expect((await admin.post('/admin/departments/icu/beds', { id: bed, room_id: 'icu-101', name: 'S' })).status).toBe(201);
  const { body } = await admin.post(`/admin/departments/icu/beds/${bed}/guest-link`);
  return { path: body.path as string, bed };
}

async function callAt(bed: string): Promise<AnyFrame> {
  const { body } = await admin.get('/calls?dept=icu&state=open&limit=200');
  return body.items.find((one: AnyFrame) => one.bed_id === bed);
}

const open = (options = {}): Promise<WatchedPage> => openWatched(browser, wardline.url, { ...PHONE, ...options });
const stateOf = ({ page }: WatchedPage, state: string) => page.waitForSelector(`[data-guest-state="${state}"]`);

describe('the guest page in Chromium', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { GUEST_LINK_SECRETS: 'a-guest-secret-of-at-least-32-characters' } });
    [admin, nurse] = await Promise.all([signIn(wardline, 'admin'), signIn(wardline, 'icu-nurse-1')]);
    await nurse.post('/departments/icu/shifts');
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it('shows sent, on the way and done without a reload, breaks no policy and asks nobody else', async () => {
    const { path, bed } = await freshLink();
    const guest = await open();
    await guest.page.goto(`${wardline.url}${path}?lang=en`);
    await guest.page.evaluate('window.mark = 1');
    await guest.page.getByText('Water').click();
    await guest.page.click('button[data-guest="press"]');
    await stateOf(guest, 'sent');
    const { id, type } = await callAt(bed);
    expect(type).toBe('water');
    await nurse.post(`/calls/${id as string}/accept`);
    await stateOf(guest, 'on_the_way');
    await nurse.post(`/calls/${id as string}/arrive`);
    await nurse.post(`/calls/${id as string}/complete`);
    await stateOf(guest, 'done');
    expect(await guest.page.evaluate('window.mark')).toBe(1);
    expect([guest.faults, guest.foreign]).toEqual([[], []]);
  });

  it('works without JavaScript', async () => {
    const { path, bed } = await freshLink();
    const guest = await open({ javaScriptEnabled: false });
    await guest.page.goto(`${wardline.url}${path}?lang=ar`);
    await guest.page.click('button[data-guest="press"]');
    await stateOf(guest, 'sent');
    expect(await guest.page.getAttribute('html', 'dir')).toBe('rtl');
    expect(await callAt(bed)).toMatchObject({ type: 'patient_normal', repeats: 0 });
    await admin.send('DELETE', `/admin/departments/icu/beds/${bed}/guest-link`);
    await guest.page.click('button[data-guest="press"]');
    // A page in the patient's words, not the API's answer.
    expect(await guest.page.textContent('[role=alert]')).toContain('لم يعد صالحًا');
    expect([guest.faults, guest.foreign]).toEqual([[], []]);
  });

  it('never says sent before the server has it: one press, however often it was tried', async () => {
    const { path, bed } = await freshLink();
    const guest = await open();
    await guest.page.goto(`${wardline.url}${path}?lang=en`);
    let failures = 2;
    await guest.page.route(`**${path}`, (route) =>
      route.request().method() === 'POST' && failures-- > 0 ? route.abort('connectionfailed') : route.continue(),
    );
    await guest.page.click('button[data-guest="press"]');
    await guest.page.getByRole('alert').getByText('Not sent yet').waitFor();
    expect(await guest.page.getAttribute('[data-guest-state]', 'data-guest-state')).toBe('idle');
    await stateOf(guest, 'sent');
    expect(await guest.page.textContent('[role=alert]')).toBe('');
    expect(await callAt(bed)).toMatchObject({ repeats: 0 });
  });

  it('says that it may be old when it cannot follow, and takes it back', async () => {
    const { path } = await freshLink();
    const guest = await open();
    await guest.page.goto(`${wardline.url}${path}?lang=en`);
    await guest.context.setOffline(true);
    await guest.page.getByRole('alert').getByText('No connection').waitFor();
    await guest.context.setOffline(false);
    await guest.page.getByRole('alert').getByText('No connection').waitFor({ state: 'hidden' });
  });

  it.each([
    ['en', 'light'],
    ['en', 'dark'],
    ['ar', 'light'],
    ['ar', 'dark'],
    ['de', 'light'],
  ] as const)('breaks no rule of accessibility in %s, %s, whatever it says', async (lang, colorScheme) => {
    const { path, bed } = await freshLink();
    const guest = await open({ colorScheme });
    await guest.page.goto(`${wardline.url}${path}?lang=${lang}`);
    const found = await accessibilityFaults(guest.page);
    await guest.page.click('button[data-guest="press"]');
    await stateOf(guest, 'sent');
    found.push(...(await accessibilityFaults(guest.page)));
    const { id } = await callAt(bed);
    for (const command of ['accept', 'arrive', 'complete']) await nurse.post(`/calls/${id}/${command}`);
    await stateOf(guest, 'done');
    found.push(...(await accessibilityFaults(guest.page)));
    await admin.send('DELETE', `/admin/departments/icu/beds/${bed}/guest-link`);
    await guest.page.goto(`${wardline.url}${path}?lang=${lang}`);
    await guest.page.getByRole('alert').waitFor();
    found.push(...(await accessibilityFaults(guest.page)));
    expect(found).toEqual([]);
  });

  it('is pressed by keyboard alone, past the languages at once', async () => {
    const { path } = await freshLink();
    const guest = await open();
    await guest.page.goto(`${wardline.url}${path}?lang=en`);
    await guest.page.keyboard.press('Tab');
    expect(await guest.page.evaluate('document.activeElement.textContent')).toBe('Skip to the button');
    await guest.page.keyboard.press('Enter');
    // The button is the target of the link: the next Tab would leave it.
    await guest.page.keyboard.press('Enter');
    await stateOf(guest, 'sent');
  });

  it('keeps the button where it is, whatever the state', async () => {
    const { path, bed } = await freshLink();
    const guest = await open();
    await guest.page.goto(`${wardline.url}${path}?lang=en`);
    const before = await guest.page.locator('button').boundingBox();
    await guest.page.click('button[data-guest="press"]');
    await stateOf(guest, 'sent');
    const { id } = await callAt(bed);
    for (const command of ['accept', 'arrive', 'complete']) await nurse.post(`/calls/${id as string}/${command}`);
    await stateOf(guest, 'done');
    expect(await guest.page.locator('button').boundingBox()).toEqual(before);
    expect(before?.height).toBeGreaterThanOrEqual(48);
  });
});
