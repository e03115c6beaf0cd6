import type { Browser, Page } from 'playwright-core';
import { encode } from 'uqr';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, CHROMIUM, launchChromium, openWatched, structureFaults } from '../../support/screens/browser.js';
import { request, type Session, signIn } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { signInByForm } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;
let browser: Browser;

/** Signs in by the form, as somebody who came to the sheets first. */
async function openLinks(username: string, { lang = 'en', look = 'light' } = {}) {
  const watched = await openWatched(browser, wardline.url);
  const { page } = watched;
  await watched.context.addInitScript(
    `localStorage.setItem('wardline.language', '${lang}'); localStorage.setItem('wardline.look', '${look}');`,
  );
  await watched.context.addInitScript(`window.print = () => { window.printed = (window.printed ?? 0) + 1; }`);
  await page.goto(`${wardline.url}/console/links`);
  await page.waitForURL(/\?next=/);
  await signInByForm(page, wardline.firstRun, username);
  await page.waitForURL('**/console/links');
  return watched;
}

async function makeSheets(page: Page) {
  await page.getByLabel('Department').selectOption('icu');
  await page.getByRole('button', { name: 'Make the sheets' }).click();
  await page.getByRole('button', { name: 'Print' }).waitFor();
  return page.locator('.sheet');
}

describe('the sheets for the beds in Chromium', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { GUEST_LINK_SECRETS: 'a-guest-secret-of-at-least-32-characters' } });
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

  it('has a code for every bed that leads to the page of that bed', async () => {
    const { page, faults, foreign } = await openLinks('admin');
    const addresses = new Map<string, string>();
    page.on('response', async (response) => {
      const bed = /\/beds\/([\w-]+)\/guest-link$/.exec(new URL(response.url()).pathname)?.[1];
      if (bed !== undefined && response.request().method() === 'POST')
        addresses.set(bed, wardline.url + ((await response.json()) as { path: string }).path);
    });
    const sheets = await makeSheets(page);
    const beds = (await admin.get('/departments/icu')).body.beds as { id: string }[];
    expect(await sheets.evaluateAll((all) => all.map((one) => one.getAttribute('data-bed-id')))).toEqual(beds.map(({ id }) => id));
    for (const { id } of beds) {
      const code = page.locator(`.sheet[data-bed-id="${id}"] svg`);
      const { data } = encode(addresses.get(id) ?? '', { ecc: 'M', border: 4 });
      const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${String(x)} ${String(y)}h1v1h-1z`] : []))).join('');
      expect(await code.locator('path').getAttribute('d')).toBe(path);
    }
    const guest = await openWatched(browser, wardline.url);
    await guest.page.goto(addresses.get(beds[0]?.id ?? '') ?? '');
    await guest.page.locator('[data-guest="press"]').waitFor();
    expect([...faults, ...foreign]).toEqual([]);
  });

  it('prints the sheets and nothing else, none over the end of a page, dark on white also in the dark', async () => {
    const { page } = await openLinks('admin', { look: 'dark' });
    const sheets = await makeSheets(page);
    await page.getByRole('button', { name: 'Print' }).click();
    expect(await page.evaluate('window.printed')).toBe(1);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await sheets.first().isVisible()).toBe(true);
    const look = await sheets.first().evaluate((one) => {
      const { breakInside, color } = getComputedStyle(one);
      return { breakInside, color, paper: getComputedStyle(document.documentElement).backgroundColor };
    });
    expect(look).toEqual({ breakInside: 'avoid', color: 'rgb(19, 32, 42)', paper: 'rgb(255, 255, 255)' });
  });

  it('ends the links of a bed: its code leads nowhere any more', async () => {
    const { page } = await openLinks('admin');
    const { body } = await admin.post('/admin/departments/icu/beds/icu-101-a/guest-link');
    await makeSheets(page);
    const path = body.path as string;
    const end = page.getByRole('button', { name: 'End the links of Room 101 · Bed A' });
    await end.click();
    const question = page.getByRole('dialog', { name: 'End the links of Room 101 · Bed A' });
    await question.getByRole('button', { name: 'Back' }).click();
    await question.waitFor({ state: 'detached' });
    expect((await request(wardline, 'GET', path, { headers: { accept: 'text/html' } })).status).toBe(200);
    await end.click();
    await question.getByRole('button', { name: 'End', exact: true }).click();
    await page.locator('.sheet[data-bed-id="icu-101-a"]').waitFor({ state: 'detached' });
    const guest = await openWatched(browser, wardline.url);
    expect((await guest.page.goto(wardline.url + path))?.status()).toBe(404);
  });

  it('is for administrators alone', async () => {
    const { page } = await openLinks('icu-manager');
    await page.getByRole('alert').getByText('Only an administrator').waitFor();
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  });

  it('is where an administrator arrives, and can go from', async () => {
    const { page, faults, foreign } = await openWatched(browser, wardline.url);
    await page.goto(wardline.url);
    await signInByForm(page, wardline.firstRun, 'admin');
    await page.waitForURL('**/console');
    await page.getByRole('heading', { level: 1, name: 'Guest links' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/ended=signed_out/);
    await page.getByText('You are signed out').waitFor();
    expect([...faults, ...foreign]).toEqual([]);
  });

  it.each([
    ['en', 'light'],
    ['en', 'dark'],
    ['ar', 'light'],
    ['ar', 'dark'],
    ['de', 'light'],
  ])('breaks no rule of accessibility in %s, %s', async (lang, look) => {
    const { page } = await openLinks('admin', { lang, look });
    await page.locator('select').selectOption('icu');
    await page.locator('.button-main').click();
    await page.locator('.sheet').nth(7).waitFor();
    await page.locator('.links-list li').first().waitFor();
    expect(await page.getAttribute('html', 'dir')).toBe(lang === 'ar' ? 'rtl' : 'ltr');
    expect([...(await accessibilityFaults(page)), ...(await structureFaults(page))]).toEqual([]);
  });
});
