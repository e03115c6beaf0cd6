import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext, runInThisContext } from 'node:vm';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { createClient, type WebSocketConstructor } from '@wardline/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { CHROMIUM, launchChromium } from '../../../support/screens/browser.js';
import { clientScript } from '../../../support/screens/client-page.js';
import { itIsInstalled } from '../../../support/servers/installed.js';

const SERVER = readFileSync(join(packageRoot(), 'test', 'e2e', 'realtime', 'pages', 'shift-server.js'), 'utf8');
/** Hours of a shift; the page's clock runs through them. */
const HOURS = 12;
/** Noise of the collector; a leak of one event each would be megabytes. */
const FLAT_BYTES = 400_000;

describe('a screen in Chromium over a shift of twelve hours', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;
  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>shift</title>' }));
    await page.clock.install({ time: new Date('2026-11-29T06:00:00Z') });
    await page.goto('http://127.0.0.1/');
    devtools = await page.context().newCDPSession(page);
  });
  afterAll(() => browser.close());

  const heap = async (): Promise<number> => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };

  it('has a flat heap, and every event in order through 71 cuts', async () => {
    await page.evaluate((await clientScript()).replace(/^("use strict";\s*)?var wardlineClient =/, 'window.wardlineClient ='));
    await page.evaluate(SERVER);
    await page.evaluate(`
      window.applied = { count: 0, holes: 0, last: undefined, refused: 0 };
      window.client = wardlineClient.createClient({
        WebSocket: shift.ShiftSocket,
        fetch: () => Promise.reject(new TypeError('only the socket')),
      });
      client.department('icu').on('*', ({ type, seq, data }) => {
        applied.count += 1;
        if (applied.last !== undefined && seq !== applied.last + 1) applied.holes += 1;
        applied.last = seq;
        if (type === 'call.pending') client.calls.accept(data.call_id).catch(() => { applied.refused += 1; });
      });
      undefined`);
    const sizes: number[] = [];
    for (let hour = 0; hour < HOURS; hour++) {
      await page.clock.runFor(3_600_000);
      sizes.push(await heap());
    }
    await page.clock.runFor(5000);
    const counts = await page.evaluate<Record<string, number>>('shift.counts');
    const kilobytes = sizes.map((bytes) => Math.round(bytes / 1024));
    console.info(`client-shift: ${JSON.stringify(counts)}, heap by hour ${kilobytes.join(' ')} KB`);
    expect(await page.evaluate(`[client.status.phase, applied.last === shift.head(), applied.holes]`)).toEqual(['live', true, 0]);
    expect(await page.evaluate(`client.proof('icu')`)).toMatchObject({ gaps: 0, duplicatesDropped: 0, snapshots: 1 });
    expect(counts['cuts']).toBeGreaterThanOrEqual(71);
    expect(counts['events']).toBeGreaterThan(12_000);
    expect(Math.max(...sizes) - (sizes[0] ?? 0)).toBeLessThan(FLAT_BYTES);
  });
});

interface Shift {
  readonly ShiftSocket: WebSocketConstructor;
  readonly counts: { events: number; cuts: number; commands: number; acks: number };
  head(): number;
}

describe('a client in Node over a shift of twelve hours', () => {
  it('keeps a flat heap, and has every event in order through 71 cuts', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    vi.useFakeTimers();
    runInThisContext(SERVER);
    const { shift } = globalThis as unknown as { shift: Shift };
    const client = createClient({
      url: 'http://shift.test',
      WebSocket: shift.ShiftSocket,
      fetch: () => Promise.reject(new TypeError('only the socket')),
    });
    const applied = { last: undefined as number | undefined, holes: 0, refused: 0 };
    client.department('icu').on('*', ({ type, seq, data }) => {
      if (applied.last !== undefined && seq !== applied.last + 1) applied.holes += 1;
      applied.last = seq;
      if (type === 'call.pending') client.calls.accept(data.call_id).catch(() => (applied.refused += 1));
    });
    const heap: number[] = [];
    for (let hour = 0; hour < HOURS; hour++) {
      await vi.advanceTimersByTimeAsync(3_600_000);
      collect();
      heap.push(process.memoryUsage().heapUsed);
    }
    await vi.advanceTimersByTimeAsync(5000);
    console.info(
      `client-shift in Node: ${JSON.stringify(shift.counts)}, heap by hour ${heap.map((bytes) => Math.round(bytes / 1024)).join(' ')} KB`,
    );
    expect(client.status.phase).toBe('live');
    expect(applied).toMatchObject({ last: shift.head(), holes: 0 });
    expect(client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0, snapshots: 1 });
    expect(shift.counts.cuts).toBeGreaterThanOrEqual(71);
    expect(shift.counts.events).toBeGreaterThan(12_000);
    expect((heap.at(-1) ?? 0) - (heap[0] ?? 0)).toBeLessThan(FLAT_BYTES);
    client.close();
    vi.useRealTimers();
  });
});
