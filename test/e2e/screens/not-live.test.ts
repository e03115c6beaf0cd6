import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../support/screens/browser.js';
import { type AnyFrame, asStation } from '../../support/clients/client.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { freePort } from '../../support/servers/free-port.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { type Program, run } from '../../support/servers/process.js';
import { StaffScreen } from '../../support/screens/staff-screen.js';
import { TEST_SECRET, type TestWardline } from '../../support/wardline.js';

describe('the staff app and a server that goes away', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  let database: TestDatabase;
  let browser: Browser;
  let folder: string;
  let program: Program;
  let target: TestWardline;
  let env: Record<string, string>;

  const start = async () => {
    program = run('src/main.js', env);
    await program.event('wardline.ready');
  };
  beforeAll(async () => {
    database = await createTestDatabase('demo hospital');
    folder = mkdtempSync(join(tmpdir(), 'wardline-not-live-'));
    const port = await freePort();
    env = {
      ...{ DATABASE_URL: database.url, DATA_DIR: folder, PORT: String(port), HOST: '127.0.0.1', SESSION_SECRETS: TEST_SECRET },
      ...{ REQUIRE_WSS: 'false', SUPERVISOR: 'off', LOG_FORMAT: 'json', RECEIPT_SEC: '0' },
    };
    await start();
    target = { url: `http://127.0.0.1:${String(port)}`, firstRun: inject('firstRun') } as unknown as TestWardline;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    program.child.kill('SIGCONT');
    program.child.kill('SIGTERM');
    await program.exited;
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  const press = async (station: string): Promise<AnyFrame> =>
    (await asStation(target, station)('POST', '/calls', { type: 'patient_normal' })).body;

  it('says NOT LIVE while the server is stopped, and is live again by itself, without a reload and without a gap', async () => {
    const nurse = await StaffScreen.open(browser, target, 'icu-nurse-1');
    await nurse.startShift();
    await nurse.page.evaluate('window.mark = 1');
    // Its phase and its words change together: no frame is painted between them.
    await nurse.page.evaluate(`
      window.changes = [];
      new MutationObserver(() => {
        const { phase, notLive } = document.documentElement.dataset;
        window.changes.push([phase === 'live', notLive === undefined, document.querySelector('.not-live').textContent === '']);
      }).observe(document.documentElement, { attributeFilter: ['data-phase'] });`);
    const alert = nurse.page.getByRole('alert').filter({ hasText: 'NOT LIVE' });
    program.child.kill('SIGSTOP');
    await alert.waitFor();
    expect(await nurse.page.evaluate('document.documentElement.dataset.phase')).not.toBe('live');
    program.child.kill('SIGCONT');
    await alert.waitFor({ state: 'detached' });
    await nurse.page.waitForSelector('html[data-phase="live"]');
    await nurse.card(await press('icu-101-bed')).until('pending');
    expect(await nurse.page.evaluate('window.mark')).toBe(1);
    const changes = await nurse.page.evaluate<[boolean, boolean, boolean][]>('window.changes');
    expect(changes.length).toBeGreaterThan(1);
    for (const [isLive, isHidden, isEmpty] of changes) expect([isHidden, isEmpty]).toEqual([isLive, isLive]);
    expect(nurse.faults).toEqual([]);
    await nurse.close();
  });

  it('goes on over a drain and a restart: a command that is given meanwhile waits, and is sent once', async () => {
    const nurse = await StaffScreen.open(browser, target, 'icu-nurse-2');
    await nurse.startShift();
    const call = await press('icu-102-bed');
    await nurse.card(call).until('pending');
    await nurse.page.evaluate('window.mark = 1');
    program.child.kill('SIGTERM');
    await nurse.page.getByRole('alert').filter({ hasText: 'NOT LIVE' }).waitFor();
    await program.exited;
    await nurse.card(call).press('Accept');
    await nurse.button('Not sent yet…').waitFor();
    await start();
    await nurse.card(call).until('accepted');
    expect(await nurse.page.evaluate('window.mark')).toBe(1);
    expect(nurse.faults).toEqual([]);
    await nurse.close();
  });
});
