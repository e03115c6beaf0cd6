import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../../support/clients/client.js';
import { ClientTab, clientScript, type PageOptions } from '../../../support/screens/client-page.js';
import { itIsInstalled } from '../../../support/servers/installed.js';
import { closeAllCalls, readLog } from '../../../support/clients/person.js';
import { type RegionProxy, regionProxy } from '../../../support/servers/proxies/region-proxy.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const DEPARTMENTS = 20;
const TABS = 4;

let wardline: TestWardline;
let admin: Session;
let browser: Browser;
let script: string;
let region: RegionProxy;
let origin: string;

const personOf = (username: string) => {
  const person = [wardline.firstRun.admin, ...wardline.firstRun.staff].find((one) => one.username === username);
  return { username, password: person?.password ?? '' };
};
const press = async (station = 'icu-101-bed', type = 'patient_normal'): Promise<AnyFrame> =>
  (await asStation(wardline, station)('POST', '/calls', { type })).body;
const open = async (options: PageOptions, context?: BrowserContext): Promise<ClientTab> => {
  const tab = await ClientTab.open(browser, origin, script, options, context);
  await tab.live();
  return tab;
};
const openNurse = () => open({ credentials: personOf('icu-nurse-1'), depts: ['icu'], queued: true });
const accepts = async (call: AnyFrame) =>
  (await readLog(admin, 'icu')).filter(({ type, data }) => type === 'call.accepted' && data.call_id === call['id']).length;

describe('the client in Chromium', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { REQUIRE_WSS: 'false', RECEIPT_SEC: '0', FALLBACK_POLL_INTERVAL_MS: '100' } });
    admin = await signIn(wardline, 'admin');
    region = await regionProxy(wardline.url);
    origin = `http://127.0.0.1:${String(region.port)}`;
    script = await clientScript();
    browser = await launchChromium();
  });
  afterEach(async () => {
    region.block();
    for (const context of browser.contexts()) await context.close();
    await closeAllCalls(admin);
  });
  afterAll(async () => {
    await browser.close();
    await region.close();
    await wardline.stop();
  });

  it('says offline at once, and is live with everything it missed when the network is back', async () => {
    const tab = await openNurse();
    await tab.page.context().setOffline(true);
    await tab.until(`client.status.phase === 'offline'`, 'offline');
    expect(await tab.see(`client.department('icu').getSnapshot().live`)).toBe(false);
    await press();
    await press('icu-102-bed');
    await tab.page.context().setOffline(false);
    await tab.live();
    await tab.until('record.events.length >= 2', 'what it missed');
    const log = await readLog(admin, 'icu');
    expect(await tab.seqs('icu')).toEqual(log.map(({ seq }) => seq as number).slice(-(await tab.seqs('icu')).length));
    expect(await tab.see(`client.proof('icu')`)).toMatchObject({ snapshots: 1, gaps: 0, duplicatesDropped: 0 });
  });

  it.each(['next', 'other'])('sends an accept that a closed tab left, once, from the %s tab', async (which) => {
    const call = await press();
    const first = await openNurse();
    const context = first.page.context();
    const second = which === 'other' ? await open({ depts: ['icu'], queued: true }, context) : undefined;
    await context.setOffline(true);
    await first.until(`client.status.phase === 'offline'`, 'offline');
    await first.see(`give('accept', ${JSON.stringify(call['id'])})`);
    await first.until(`localStorage.length === 1`, 'the command is kept');
    await first.page.close();
    await context.setOffline(false);
    const tab = second ?? (await open({ depts: ['icu'], queued: true }, context));
    await tab.until(`client.department('icu').getSnapshot().calls.some(({ state }) => state === 'accepted')`, 'the accept');
    await tab.until('localStorage.length === 0', 'nothing is left');
    expect(await accepts(call)).toBe(1);
  });

  it('sends the commands of two tabs once each, from the tab that they were given in', async () => {
    const stations = ['icu-101-bed', 'icu-102-bed', 'icu-103-bed', 'icu-104-bed'];
    const calls: AnyFrame[] = [];
    for (const station of stations) calls.push(await press(station));
    const first = await openNurse();
    const context = first.page.context();
    const second = await open({ depts: ['icu'], queued: true }, context);
    await context.setOffline(true);
    for (const tab of [first, second]) await tab.until(`client.status.phase === 'offline'`, 'offline');
    for (const [at, call] of calls.entries()) await [first, second][at % 2]?.see(`give('accept', ${JSON.stringify(call['id'])})`);
    await context.setOffline(false);
    for (const tab of [first, second]) await tab.until('record.settled.length === 2', 'the answers');
    for (const tab of [first, second]) expect(await tab.see('record.settled')).toEqual(['done', 'done']);
    const sent = (await Promise.all([first, second].map((tab) => tab.see<string[]>('record.sent')))).flat();
    expect(sent).toHaveLength(4);
    expect(new Set(sent).size).toBe(4);
    for (const call of calls) expect(await accepts(call)).toBe(1);
  });

  it('gives four tabs with twenty departments one connection, over whichever way is open', async () => {
    const { items } = (await admin.get('/departments?limit=200')).body as { items: { id: string }[] };
    const depts = items.map(({ id }) => id);
    while (depts.length < DEPARTMENTS) {
      const id = `unit-${String(depts.length)}`;
      expect((await admin.post('/admin/departments', { id, name: id })).status).toBe(201);
      depts.push(id);
    }
    region.block('sockets');
    const options = { depts, shared: true, transports: ['websocket', 'stream', 'poll'] };
    const first = await ClientTab.open(browser, origin, script, { ...options, credentials: personOf('admin') });
    const tabs = [first];
    while (tabs.length < TABS) tabs.push(await ClientTab.open(browser, origin, script, options, first.page.context()));
    for (const tab of tabs) await tab.live('stream');
    const began = (await first.statuses())[0]?.at ?? 0;
    const live = (await first.statuses()).find(({ phase }) => phase === 'live')?.at ?? Infinity;
    console.info(`client-chromium: sockets blocked, live by one stream after ${String(Math.round(live - began))} ms`);
    const connections = async () => {
      const { body } = await admin.get('/admin/connections?limit=200');
      return (body.items as AnyFrame[]).filter(({ username }) => username === 'admin').length;
    };
    expect(await connections()).toBe(1);
    await press();
    for (const tab of tabs) await tab.until('record.events.length > 0', 'the press');

    region.block('sockets', 'streams');
    region.cut();
    for (const tab of tabs) await tab.live('poll');
    await press('icu-102-bed');
    for (const tab of tabs) await tab.until(`client.department('icu').getSnapshot().calls.length === 2`, 'the press over a poll');

    region.block();
    for (const tab of tabs) await tab.live('websocket');
    expect(await connections()).toBe(1);
    // The tab with the connection goes without a word: the next one has its own from its places.
    await first.page.close();
    await press('icu-103-bed');
    for (const tab of tabs.slice(1)) {
      await tab.until(`client.department('icu').getSnapshot().calls.length === 3`, 'the press after the first tab');
      await tab.live();
      const seqs = await tab.seqs('icu');
      expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 0) + at));
      expect(await tab.see(`client.proof('icu')`)).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
    }
    expect(await eventually(async () => ((await connections()) === 1 ? 1 : undefined), 'one connection')).toBe(1);
  });

  it('leaves nothing behind after close(): no lock, no socket, no timer, no listener', async () => {
    const context = await browser.newContext();
    await context.addInitScript(`
      window.left = { timers: new Set(), listeners: 0, sockets: [], channels: 0 };
      for (const [start, stop] of [['setTimeout', 'clearTimeout'], ['setInterval', 'clearInterval']]) {
        const begin = window[start], end = window[stop];
        window[start] = (act, ms, ...args) => {
          const id = begin(() => { if (start === 'setTimeout') left.timers.delete(id); act(); }, ms, ...args);
          left.timers.add(id);
          return id;
        };
        window[stop] = (id) => { left.timers.delete(id); end(id); };
      }
      const add = window.addEventListener.bind(window), remove = window.removeEventListener.bind(window);
      window.addEventListener = (type, listener, options) => {
        left.listeners += 1;
        options?.signal?.addEventListener('abort', () => { left.listeners -= 1; });
        add(type, listener, options);
      };
      window.removeEventListener = (...args) => { left.listeners -= 1; remove(...args); };
      window.WebSocket = class extends WebSocket { constructor(...args) { super(...args); left.sockets.push(this); } };
      window.BroadcastChannel = class extends BroadcastChannel {
        constructor(name) { super(name); left.channels += 1; }
        close() { left.channels -= 1; super.close(); }
      };`);
    const options = { credentials: personOf('icu-nurse-3'), depts: ['icu', 'med'], shared: true, queued: true };
    const tab = await ClientTab.open(browser, origin, script, options, context);
    await tab.until(`client.department('icu').getSnapshot().live`, 'live');
    const held = () => tab.see<number>(`navigator.locks.query().then(({ held, pending }) => held.length + pending.length)`);
    expect(await tab.see('left.timers.size')).toBeGreaterThan(0);
    expect(await tab.see('left.listeners')).toBeGreaterThan(0);
    expect(await held()).toBeGreaterThan(0);
    await tab.see('client.close()');
    await eventually(async () => ((await held()) === 0 ? true : undefined), 'no lock');
    await tab.until('left.sockets.every(({ readyState }) => readyState === WebSocket.CLOSED)', 'no socket');
    expect(await tab.see('left.sockets.length')).toBeGreaterThan(0);
    expect(await tab.see('[left.timers.size, left.listeners, left.channels]')).toEqual([0, 0, 0]);
    expect(await tab.see('client.status')).toMatchObject({ phase: 'stopped', reason: 'closed' });
  });
});
