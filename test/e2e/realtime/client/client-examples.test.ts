import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@wardline/client';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { CHROMIUM, launchChromium, openWatched } from '../../../support/screens/browser.js';
import { asStation, signIn } from '../../../support/clients/client.js';
import { itIsInstalled } from '../../../support/servers/installed.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const CLIENT = join(packageRoot(), 'packages', 'client');
const EXAMPLES = join(CLIENT, 'examples');
const exampleOf = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');

let wardline: TestWardline;
let credentials: { username: string; password: string };
beforeAll(async () => {
  wardline = await startTestWardline({ env: { REQUIRE_WSS: 'false' } });
  const nurse = wardline.firstRun.staff.find(({ username }) => username === 'icu-nurse-1');
  if (!nurse) throw new Error('no such nurse');
  credentials = nurse;
});
afterAll(() => wardline.stop());
const press = (station: string) => asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' });

describe("the README's nurse's screen", () => {
  it('is the file in examples/', () => {
    const [, code] = /```js\n([^]*?)```/.exec(readFileSync(join(CLIENT, 'README.md'), 'utf8')) ?? [];
    expect(code).toBe(exampleOf('nurse-screen.js'));
    expect(code?.trimEnd().split('\n').length).toBeLessThanOrEqual(50);
  });

  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('signs a nurse in, shows a press, and takes the call to its end', async () => {
    const { page, context, faults, foreign } = await openWatched(browser, wardline.url);
    const { outputFiles } = await build({
      ...{
        entryPoints: [join(CLIENT, 'src', 'index.ts')],
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
      },
    });
    const script = { contentType: 'text/javascript' };
    await page.route('**/nurse-screen.js', (route) => route.fulfill({ ...script, body: exampleOf('nurse-screen.js') }));
    await page.route('**/client/index.js', (route) => route.fulfill({ ...script, body: outputFiles[0]?.text ?? '' }));
    // A page that the server itself has answered: Chromium keeps one that came from elsewhere off the local network.
    await page.goto(`${wardline.url}/livez`);
    await page.setContent(exampleOf('nurse-screen.html'));
    const socket = page.waitForEvent('websocket');
    expect(await page.textContent('#status')).toBe('NOT LIVE');
    await page.fill('[name=username]', credentials.username);
    await page.fill('[name=password]', credentials.password);
    await page.click('text=Sign in');
    await page.locator('#status', { hasText: /^live$/ }).waitFor();
    expect((await socket).isClosed()).toBe(false);
    const { body: call } = await press('icu-101-bed');
    const admin = await signIn(wardline, 'admin');
    const stateOf = async () => (await admin.get(`/calls/${String(call.id)}`)).body.state as string;
    const row = page.locator('#calls li');
    const { rooms } = (await admin.get('/departments/icu')).body as { rooms: { id: string; name: string }[] };
    const place = rooms.find(({ id }) => id === call.room_id)?.name;
    for (const [command, state] of [
      ['accept', 'accepted'],
      ['arrive', 'in_progress'],
    ] as const) {
      await row.getByText(command, { exact: true }).click();
      await row.filter({ hasText: `${String(place)} · patient_normal · ${state}` }).waitFor();
      expect(await stateOf()).toBe(state);
    }
    await row.getByText('complete', { exact: true }).click();
    await row.waitFor({ state: 'detached' });
    expect(await stateOf()).toBe('completed');
    expect({ faults, foreign }).toEqual({ faults: [], foreign: [] });
    await context.close();
  });
});

describe("the platform's own fetch and WebSocket", () => {
  it('serve a client that is given nothing but the address', async () => {
    const client = createClient({ url: wardline.url });
    try {
      await client.signIn({ username: credentials.username, password: credentials.password });
      const shown: string[] = [];
      client.department('icu').on('call.pending', ({ data }) => shown.push(data.call_id));
      await eventually(() => client.status.phase === 'live' || undefined, 'live');
      const { body: call } = await press('icu-102-bed');
      await eventually(() => shown.includes(call.id as string) || undefined, 'the press');
      expect(await client.calls.get(call.id as string)).toMatchObject({ id: call.id, state: 'pending' });
    } finally {
      client.close();
    }
  });
});

describe('the follower in Node.js', () => {
  let folder: string;
  let follower: ChildProcess | undefined;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wardline-follow-'));
  });
  afterAll(() => {
    follower?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('prints what happens, and its proof when it is interrupted', async () => {
    const outfile = join(folder, 'follow.mjs');
    await build({
      ...{
        entryPoints: [join(EXAMPLES, 'follow.mjs')],
        bundle: true,
        outfile,
        format: 'esm',
        platform: 'node',
        conditions: ['@wardline/source'],
      },
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    });
    const { username, password } = credentials;
    follower = spawn(process.execPath, [outfile, wardline.url, username, password, 'icu'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    follower.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
    await eventually(() => printed.includes('status live') || undefined, 'a live follower');
    const { body: call } = await press('icu-103-bed');
    await eventually(() => new RegExp(`^\\d+ call\\.pending ${String(call.id)}$`, 'm').test(printed) || undefined, 'the press');
    const ended = once(follower, 'exit');
    follower.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(printed).toMatch(/proof \{[^}]*gaps: 0,\s+duplicatesDropped: 0/);
  });
});
