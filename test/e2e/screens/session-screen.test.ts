import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium, openWatched } from '../../support/screens/browser.js';
import { type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { signInByForm, StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const NEW_PASSWORD = 'quiet-harbour-lantern-42';

let wardline: TestWardline;
let admin: Session;
let browser: Browser;

/** Moves the end of a person's sessions. */
async function endSessionsIn(username: string, interval: string): Promise<void> {
  await wardline.database.query(
    `UPDATE sessions SET expires_at = app_now() + $2::interval WHERE staff_id = (SELECT id FROM staff WHERE username = $1)`,
    [username, interval],
  );
}

describe('the session on the screens', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { SESSION_CHECK_INTERVAL_SEC: '1' } });
    admin = await signIn(wardline, 'admin');
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it('begins on the page of the sign-in: no load, nothing asked for twice, and a reader goes on at the heading', async () => {
    const { page, faults, context } = await openWatched(browser, wardline.url);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(wardline.url);
    await page.getByLabel('User name').waitFor();
    await page.evaluate('window.isSamePage = true');
    const before = asked.length;
    await signInByForm(page, wardline.firstRun, 'icu-nurse-1');
    await page.waitForURL('**/app');
    await page.locator('h1:focus').waitFor();
    expect(await page.evaluate('[window.isSamePage, document.activeElement.textContent]')).toEqual([true, 'Calls']);
    // The words alone: which language it would be was not known before.
    const scripts = asked.slice(before).filter((path) => path.endsWith('.js'));
    expect(scripts).toEqual([expect.stringMatching(/^\/assets\/en-/)]);
    // Once for the form, which asks whether somebody is signed in.
    expect(asked.filter((path) => path === '/api/v1/auth/session')).toHaveLength(1);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('begins with a load where the sign-in cannot get the files of the staff app', async () => {
    const { page } = await openWatched(browser, wardline.url, { serviceWorkers: 'block' });
    let isAway = true;
    await page.route('**/assets/open-app-*', (route) => (isAway ? route.abort() : route.continue()));
    await page.goto(wardline.url);
    await page.getByLabel('User name').waitFor();
    page.once('framenavigated', () => {
      isAway = false;
    });
    await signInByForm(page, wardline.firstRun, 'icu-nurse-1');
    await page.waitForURL('**/app');
    await page.waitForSelector('html[data-phase="live"]');
  });

  it('says minutes before that it ends, and takes it back when it was renewed', async () => {
    const { page } = await StaffScreen.open(browser, wardline, 'icu-nurse-1');
    const banner = page.getByRole('region', { name: 'The session ends soon' });
    await endSessionsIn('icu-nurse-1', '8 minutes');
    await banner.getByText(/signed out in [78]:\d\d/).waitFor();
    expect(await page.getByRole('status').filter({ hasText: 'signed out in' }).count()).toBe(1);
    await endSessionsIn('icu-nurse-1', '5 hours');
    await banner.getByRole('button', { name: 'Stay signed in' }).click();
    await banner.waitFor({ state: 'detached' });
    expect(await page.getAttribute('html', 'data-phase')).toBe('live');
  });

  it('that is over clears the screen, and the sign-in says why', async () => {
    const { page } = await StaffScreen.open(browser, wardline, 'icu-nurse-2');
    await endSessionsIn('icu-nurse-2', '2 seconds');
    await page.waitForURL(/ended=expired/);
    await page.getByText('Your session has ended').waitFor();
    expect(await page.locator('article, .strip').count()).toBe(0);
  });

  it('that ended while the device had no network is noticed when the network is back', async () => {
    const { page } = await StaffScreen.open(browser, wardline, 'icu-nurse-3');
    await page.context().setOffline(true);
    await page.getByRole('alert').filter({ hasText: 'NOT LIVE' }).waitFor();
    await endSessionsIn('icu-nurse-3', '-1 second');
    await page.context().setOffline(false);
    await page.waitForURL(/ended=expired/);
    expect(await page.locator('article, .strip').count()).toBe(0);
  });

  it('begins with a new password where somebody else set it: nothing else opens before', async () => {
    const { body } = await admin.post('/admin/staff', { username: 'new-nurse', name: 'Nadia Rahal', role: 'nurse' });
    expect((await admin.post('/admin/memberships', { staff_id: body.id as string, dept: 'icu' })).status).toBe(201);
    const { page, faults } = await openWatched(browser, wardline.url);
    await page.goto(`${wardline.url}/?next=/app/team`);
    await page.getByLabel('User name').fill('new-nurse');
    await page.getByLabel('Password', { exact: true }).fill(body.password as string);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await page.goto(`${wardline.url}/app`);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await page.getByLabel('Present password').fill('not the one that was set');
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'The present password is wrong' }).waitFor();
    await page.getByLabel('Present password').fill(body.password as string);
    await page.getByLabel('New password').fill('password123');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'cannot be taken' }).waitFor();
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/app');
    await page.getByText('You are not on duty').waitFor();
    expect(faults).toEqual([]);
  });
});
