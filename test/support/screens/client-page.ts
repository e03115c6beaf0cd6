import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { eventually } from '../eventually.js';

const SOURCE = join(packageRoot(), 'packages', 'client', 'src');

/** `@wardline/client` as a script of a page: its exports are `wardlineClient`. */
export async function clientScript(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from './index.js'`, resolveDir: SOURCE, loader: 'ts' },
    ...{ bundle: true, write: false, format: 'iife', globalName: 'wardlineClient', platform: 'browser', target: 'es2022' },
  });
  return outputFiles[0]?.text ?? '';
}

/** The page's own part: a client that follows departments, and a record of what it said and sent. */
const PAGE = `
  window.record = { statuses: [], events: [], sent: [], settled: [] };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    const { id, type } = JSON.parse(text);
    if (/^(call|shift)\\./.test(type)) record.sent.push(id);
    return send.call(this, text);
  };
  window.open_ = async ({ credentials, depts, transports, shared, queued }) => {
    const { createClient, webSocket, eventStream, longPoll, offlineQueue, sharedTabs } = wardlineClient;
    const ways = { websocket: webSocket, stream: eventStream, poll: longPoll };
    window.client = createClient({
      transports: transports.map((name) => ways[name]()),
      ...(queued && { queue: offlineQueue(localStorage) }),
      ...(shared && { tabs: sharedTabs() }),
    });
    client.on('status', (status) => record.statuses.push({ ...status, at: performance.now() }));
    if (credentials) await client.signIn(credentials);
    for (const dept of depts) client.department(dept).on('*', (event) => record.events.push({ dept, seq: event.seq, type: event.type, data: event.data }));
  };
  window.give = (name, ...args) => {
    client.calls[name](...args).then(
      () => record.settled.push('done'),
      ({ code }) => record.settled.push(code),
    );
  };`;

export interface PageStatus {
  phase: string;
  transport: string;
  reason: string | null;
  at: number;
}

export interface PageOptions {
  credentials?: { username: string; password: string };
  depts: string[];
  transports?: string[];
  shared?: boolean;
  queued?: boolean;
}

/** A page in Chromium with a client of its own. */
export class ClientTab {
  private constructor(readonly page: Page) {}

  /** @param context with it: another tab of the same browser, with the same cookies */
  static async open(browser: Browser, origin: string, script: string, options: PageOptions, context?: BrowserContext): Promise<ClientTab> {
    const page = await (context ?? (await browser.newContext())).newPage();
    await page.goto(`${origin}/livez`);
    await page.evaluate(script.replace(/^("use strict";\s*)?var wardlineClient =/, 'window.wardlineClient ='));
    await page.evaluate(PAGE);
    const tab = new ClientTab(page);
    await page.evaluate(`open_(${JSON.stringify({ transports: ['websocket'], ...options })})`);
    return tab;
  }

  see<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }

  until(expression: string, what: string, patienceMs = 60_000): Promise<unknown> {
    return eventually(async () => ((await this.see<unknown>(expression)) ? true : undefined), `${what} (${expression})`, patienceMs);
  }

  live(transport?: string): Promise<unknown> {
    const over = transport === undefined ? '' : ` && client.status.transport === '${transport}'`;
    return this.until(`client.status.phase === 'live'${over}`, 'live', 90_000);
  }

  seqs(dept: string): Promise<number[]> {
    return this.see(`record.events.filter((one) => one.dept === '${dept}').map(({ seq }) => seq)`);
  }

  statuses(): Promise<PageStatus[]> {
    return this.see('record.statuses');
  }
}
