import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../../support/screens/browser.js';
import { asStation } from '../../../support/clients/client.js';
import { ClientTab, clientScript } from '../../../support/screens/client-page.js';
import { itIsInstalled } from '../../../support/servers/installed.js';
import { type StallingProxy, stallingProxy } from '../../../support/servers/proxies/stalling-proxy.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

/** Seconds that the page is frozen; the promise is made for 300. */
const FROZEN_SEC = Number(process.env['CLIENT_FROZEN_SEC'] ?? 15);
/** Notes when the page's scripts run again. */
const WATCH = `
  window.wokeAt = undefined;
  let last = performance.now();
  setInterval(() => {
    if (performance.now() - last > 5000) window.wokeAt = performance.now();
    last = performance.now();
  }, 100);`;

describe('a page that the machine freezes', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  let wardline: TestWardline;
  let browser: Browser;
  let network: StallingProxy;
  beforeAll(async () => {
    wardline = await startTestWardline({ env: { REQUIRE_WSS: 'false', RECEIPT_SEC: '0' } });
    network = await stallingProxy({ host: '127.0.0.1', port: Number(new URL(wardline.url).port) });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await network.close();
    await wardline.stop();
  });
  const renderers = async (): Promise<number[]> => {
    const devtools = await browser.newBrowserCDPSession();
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  };

  it('is live soon after it wakes, although its connection has died meanwhile without a word', async () => {
    const { username, password } = wardline.firstRun.staff.find((one) => one.username === 'icu-nurse-1') ?? wardline.firstRun.admin;
    const tab = await ClientTab.open(browser, `http://127.0.0.1:${String(network.port)}`, await clientScript(), {
      ...{ credentials: { username, password }, depts: ['icu'] },
    });
    await tab.live();
    await tab.page.evaluate(WATCH);
    const pids = await renderers();
    expect(pids.length).toBeGreaterThan(0);
    try {
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      network.silence('both');
      await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
      await sleep(FROZEN_SEC * 1000);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await tab.until(`record.events.some(({ type }) => type === 'call.pending')`, 'the press');
    await tab.live();
    const wokeAt = await tab.see<number>('wokeAt');
    const live = (await tab.statuses()).find(({ phase, at }) => phase === 'live' && at > wokeAt);
    const ms = Math.round((live?.at ?? Infinity) - wokeAt);
    console.info(`client-frozen: frozen for ${String(FROZEN_SEC)} s, live ${String(ms)} ms after it woke`);
    // Two heartbeats of silence would have been 50 s: the sleep itself was noticed.
    expect(ms).toBeLessThan(25_000);
    expect(await tab.see(`client.proof('icu')`)).toMatchObject({ snapshots: 1, gaps: 0, duplicatesDropped: 0 });
  });
});
