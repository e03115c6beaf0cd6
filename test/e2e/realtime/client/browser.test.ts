import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { CHROMIUM, launchChromium } from '../../../support/screens/browser.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../../support/clients/client.js';
import { itIsInstalled } from '../../../support/servers/installed.js';
import { closeAllCalls } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const CLIENT = readFileSync(join(packageRoot(), 'test', 'e2e', 'realtime', 'foreign', 'browser-client.js'), 'utf8');
let wardline: TestWardline;
let admin: Session;
let browser: Browser;

/** A page in a browser profile of its own. */
class ClientPage {
  constructor(private readonly page: Page) {}

  /**
   * Opens a page, in a profile of its own or in that of another page.
   * @param beside in the same profile, with the same cookies
   */
  static async open(address: string, beside?: ClientPage): Promise<ClientPage> {
    const context = beside?.page.context() ?? (await browser.newContext({ ignoreHTTPSErrors: true }));
    const page = await context.newPage();
    await page.goto(address);
    await page.evaluate(CLIENT);
    return new ClientPage(page);
  }

  do<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.page.evaluate<T>(`client.${method}(${args.map((arg) => JSON.stringify(arg)).join()})`);
  }

  see<T>(what: string): Promise<T> {
    return this.page.evaluate<T>(`client.${what}`);
  }

  signIn(username: string): Promise<number> {
    return this.do('signIn', username, wardline.firstRun.staff.find((one) => one.username === username)?.password);
  }

  until(type: string): Promise<AnyFrame> {
    return eventually(async () => (await this.see<AnyFrame[]>('frames')).find((frame) => frame.type === type), type);
  }

  untilClosed(): Promise<{ code: number; wasClean: boolean }> {
    return eventually(async () => (await this.see<{ code: number; wasClean: boolean } | null>('closed')) ?? undefined, 'the close');
  }

  messages(type: string): Promise<{ id: string; data: AnyFrame }[]> {
    return this.see(`messages.filter((one) => one.type === ${JSON.stringify(type)})`);
  }
}

describe('a page in Chromium', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  beforeAll(async () => {
    wardline = await startTestWardline();
    admin = await signIn(wardline, 'admin');
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await closeAllCalls(admin);
  });
  afterAll(async () => {
    await browser.close();
    await wardline.stop();
  });
  const open = () => ClientPage.open(`${wardline.url}/livez`);
  const press = () => asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });

  it('signs in, is shown a press on its socket, accepts the call, and reads why it is closed', async () => {
    const page = await open();
    expect(await page.signIn('icu-nurse-1')).toBe(200);
    expect(await page.do('admission')).toMatchObject({ admitted: true });
    await page.do('connect');
    expect((await page.until('hello')).user).toMatchObject({ role: 'nurse', departments: ['icu'] });
    await page.do('ask', { type: 'subscribe', dept: 'icu' });
    const snapshot = await page.until('snapshot');
    const { body } = await press();
    const pending = await page.until('call.pending');
    expect(pending).toMatchObject({ seq: snapshot.seq + 1, critical: true, data: { call_id: body.id } });
    await page.do('ask', { type: 'call.accept', data: { call_id: body.id } });
    await page.until('call.accepted');
    expect((await admin.get(`/calls/${body.id as string}`)).body.state).toBe('accepted');
    expect(await page.do('signOut')).toBe(204);
    expect(await page.untilClosed()).toEqual({ code: 4401, wasClean: true });
    expect((await page.see<AnyFrame[]>('frames')).at(-1)).toEqual({ type: 'session_revoked' });
  });

  it('that is not signed in reads 4001, which a refused upgrade could not tell it', async () => {
    const page = await open();
    await page.do('connect');
    expect(await page.untilClosed()).toEqual({ code: 4001, wasClean: true });
    expect(await page.do('admission')).toMatchObject({ admitted: false, close_code: 4001 });
  });

  it('of another origin gets no socket, although its browser is signed in', async () => {
    const page = await open();
    await page.signIn('icu-nurse-1');
    const stranger = await ClientPage.open('data:text/html,elsewhere', page);
    await stranger.do('connect', `${wardline.url.replace('http', 'ws')}/ws`);
    expect(await stranger.untilClosed()).toEqual({ code: 1006, wasClean: false });
    expect(await stranger.see('frames')).toEqual([]);
  });

  it('follows the event stream, and comes back to it by itself without missing anything', async () => {
    const page = await open();
    await page.signIn('icu-nurse-2');
    await page.do('follow', 'icu', ['hello', 'snapshot', 'call.pending', 'call.cancelled', 'close']);
    const [hello] = await eventually(
      async () => ((await page.messages('snapshot')).length === 1 ? page.messages('hello') : undefined),
      'hello',
    );
    const first = await press();
    await eventually(async () => ((await page.messages('call.pending')).length > 0 ? true : undefined), 'the press');
    await admin.send('DELETE', `/admin/connections/${hello!.data.connection_id as string}`);
    await eventually(async () => ((await page.messages('close')).length === 1 ? true : undefined), 'the end of the stream');
    // Cancelled while it is away: the browser waits some seconds before it comes back with the id that it had last.
    await admin.post(`/calls/${first.body.id as string}/cancel`, { reason: 'test' });
    await eventually(async () => ((await page.messages('call.cancelled')).length === 1 ? true : undefined), 'what it missed');
    expect((await page.messages('hello'))[1]?.data).toMatchObject({ recovered: true });
    expect(await page.messages('snapshot')).toHaveLength(1);
  });
});
