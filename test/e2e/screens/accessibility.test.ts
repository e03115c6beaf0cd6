import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { accessibilityFaults, CHROMIUM, launchChromium, openWatched, structureFaults } from '../../support/screens/browser.js';
import { asStation, request } from '../../support/clients/client.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { StaffScreen } from '../../support/screens/staff-screen.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const PAGES = ['/app', '/app/team', '/app/staffing', '/app/history', '/app/reports', '/app/settings'];
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src 'self' data:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types wardline";
const KB = 1000;
const DIST = join(packageRoot(), 'web', 'dist');

const violations = async (page: Page): Promise<string[]> =>
  (await accessibilityFaults(page)).map((fault) => `${new URL(page.url()).pathname} ${fault}`);
/** Each page says at its foot that the wall is the first channel. */
const FOOT = { en: 'Wardline is the secondary channel', ar: 'وارد لاين قناة ثانوية', de: 'Wardline ist der zweite Kanal' };

const remember = (language: string, look: string) =>
  `localStorage.setItem('wardline.language', '${language}'); localStorage.setItem('wardline.look', '${look}');`;

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

/** The built files of an entry and of everything that it imports at once. */
function filesOf(...entries: string[]): Set<string> {
  const manifest = JSON.parse(readFileSync(join(DIST, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>;
  const files = new Set<string>();
  const seen = new Set<string>();
  const add = (key: string): void => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const name of chunk.imports ?? []) add(name);
  };
  for (const entry of entries) {
    expect(Object.keys(manifest)).toContain(entry);
    add(entry);
  }
  return files;
}

/** On the wire. */
const sizeOf = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length, 0);

describe('the screens', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);

  it.each([
    ['app', 'app/index.html', 120],
    ['sign-in', 'index.html', 120],
    ['console', 'console/index.html', 120],
    ['board', 'board/index.html', 100],
  ])('%s needs at most %i KB until it shows something, in its largest language', (folder, entry, limit) => {
    for (const language of ['en', 'ar', 'de'])
      expect(sizeOf(filesOf(entry, `src/${folder}/messages/${language}.ts`)), language).toBeLessThanOrEqual(limit * KB);
  });

  it.each(['settings/settings-page', 'staffing/staffing-page', 'staffing/history-page', 'staffing/reports-page'])(
    'the route %s adds at most 120 KB',
    (route) => {
      const before = filesOf('app/index.html');
      const added = [...filesOf(`src/app/${route}.tsx`)].filter((file) => !before.has(file));
      expect(added).not.toEqual([]);
      expect(sizeOf(added)).toBeLessThanOrEqual(120 * KB);
    },
  );
});

/** Dialogs, one after the other, each left by Escape. */
async function dialogViolations({ page }: StaffScreen): Promise<string[]> {
  const found: string[] = [];
  await page.locator('.nav-link').first().click();
  for (const opener of ['.action-cancel', '.action-reassign', '.shift-actions .button:last-of-type']) {
    await page.locator(opener).first().click();
    await page.locator('dialog[open]').waitFor();
    found.push(...(await violations(page)).map((fault) => `${opener}: ${fault}`));
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  }
  return found;
}

describe('every page in Chromium', () => {
  if (CHROMIUM === undefined) return;
  let wardline: TestWardline;
  let browser: Browser;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { RECEIPT_SEC: '0' } });
    browser = await launchChromium();
    for (const [station, type] of [
      ['icu-101-bed', 'patient_normal'],
      ['icu-102-bath', 'bath_emergency'],
    ] as const)
      await asStation(wardline, station)('POST', '/calls', { type });
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });

  it.each([
    ['en', 'light'],
    ['en', 'dark'],
    ['ar', 'light'],
    ['ar', 'dark'],
    ['de', 'light'],
    ['de', 'dark'],
  ] as const)('has no violation of WCAG 2.2 AA in %s, %s, breaks no policy and asks nobody else', async (language, look) => {
    const init = remember(language, look);
    const { page: signIn, faults, foreign, context } = await openWatched(browser, wardline.url);
    await context.addInitScript(init);
    await signIn.goto(wardline.url);
    await signIn.locator('#username').waitFor();
    const found = [...(await violations(signIn)), ...(await structureFaults(signIn))];
    await signIn.getByText(FOOT[language]).waitFor();
    const screen = await StaffScreen.open(browser, wardline, 'icu-manager', { init });
    const { page } = screen;
    for (const path of [...PAGES, 'call']) {
      if (path === 'call') {
        await page.goto(`${wardline.url}/app`);
        await page.locator('article .card-link').first().click();
        await page.locator('.history').waitFor();
      } else await page.goto(`${wardline.url}${path}`);
      await page.waitForSelector('html[data-phase="live"]');
      await page.locator('main h1').first().waitFor({ state: 'attached' });
      await page.locator('.loading').waitFor({ state: 'detached' });
      await page.getByText(FOOT[language]).waitFor();
      found.push(...(await violations(page)), ...(await structureFaults(page)));
    }
    found.push(...(await dialogViolations(screen)));
    await page.context().setOffline(true);
    await page.locator('.not-live[role="alert"]').waitFor();
    found.push(...(await violations(page)));
    await page.context().setOffline(false);
    expect(await page.evaluate('[document.documentElement.lang, document.documentElement.dir]')).toEqual([
      language,
      language === 'ar' ? 'rtl' : 'ltr',
    ]);
    expect([...found, ...faults, ...foreign, ...screen.faults]).toEqual([]);
    await screen.close();
    await context.close();
  });

  it.each(['din-vde-0834', 'htm-08-03'])('keeps its contrasts in the colours of %s', async (colours) => {
    for (const look of ['light', 'dark']) {
      const screen = await StaffScreen.open(browser, wardline, 'icu-manager', {
        init: `${remember('en', look)} localStorage.setItem('wardline.colours', '${colours}');`,
      });
      await screen.page.locator('article').first().waitFor();
      expect(await screen.page.getAttribute('html', 'data-colours')).toBe(colours);
      expect(await violations(screen.page)).toEqual([]);
      await screen.close();
    }
  });

  it('the description of the API is readable under the policy of the screens, trusted types aside', async () => {
    const { page, faults, foreign, context } = await openWatched(browser, wardline.url);
    const answer = await page.goto(`${wardline.url}/api/docs`);
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy.replace(/ 'sha256-[^']+'/, '')).toBe(POLICY.split('; require-trusted-types-for')[0]);
    await page.locator('.opblock').first().click();
    await page.locator('.opblock-body').first().waitFor();
    expect([...faults, ...foreign]).toEqual([]);
    await context.close();
  });

  it('is served under the policy of the screens, pages not stored, hashed files for ever, compressed', async () => {
    const page = await request(wardline, 'GET', '/app/team', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toBe(POLICY);
    expect(page.headers['cache-control']).toBe('no-store');
    const [, asset = ''] = /href="(\/assets\/open-app-[^"]+\.js)"/.exec(page.body as string) ?? [];
    const script = await request(wardline, 'GET', asset, { headers: { 'accept-encoding': 'br' } });
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
    });
    const { etag = '' } = script.headers;
    expect((await request(wardline, 'GET', asset, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await request(wardline, 'GET', '/', { headers: { accept: 'application/json' } })).status).toBe(404);
    const worker = await request(wardline, 'GET', '/sw.js');
    expect(worker.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'text/javascript; charset=utf-8' });
    const manifest = await request(wardline, 'GET', '/manifest.webmanifest');
    expect(manifest.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'application/manifest+json' });
    const { start_url, scope, icons } = manifest.body as {
      start_url: string;
      scope: string;
      icons: { src: string }[];
    };
    expect([start_url, scope]).toEqual(['/app', '/']);
    for (const { src } of icons) expect((await request(wardline, 'GET', src)).status, src).toBe(200);
  });
});
