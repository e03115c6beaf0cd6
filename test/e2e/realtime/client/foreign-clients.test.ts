import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../../support/clients/client.js';
import { findProgram, itIsInstalled } from '../../../support/servers/installed.js';
import { closeAllCalls } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const PLACE = join(packageRoot(), 'test', 'e2e', 'realtime', 'foreign');
/** Debian's own, which Debian's python3-websockets belongs to; another `python3` may come before it in PATH. */
const PYTHON = '/usr/bin/python3';
const BUN = join(packageRoot(), 'node_modules', 'bun', 'bin', 'bun.exe');

function works(program: string, ...args: string[]): boolean {
  return existsSync(program) && spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

const CLIENTS = [
  {
    name: "Python's websockets",
    isThere: works(PYTHON, '-c', 'import websockets'),
    command: [PYTHON, join(PLACE, 'websockets-client.py')],
  },
  { name: 'Bun', isThere: works(BUN, '--version'), command: [BUN, join(PLACE, 'bun-client.mjs')] },
] as const;

let wardline: TestWardline;
let folder: string;
let ca: string;
let admin: Session;
const children: ChildProcess[] = [];

beforeAll(async () => {
  wardline = await startTestWardline();
  folder = mkdtempSync(join(tmpdir(), 'wardline-foreign-'));
  ca = join(folder, 'ca.pem');
  writeFileSync(ca, wardline.ca);
  admin = await signIn(wardline, 'admin');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await closeAllCalls(admin);
});
afterAll(async () => {
  await wardline.stop();
  rmSync(folder, { recursive: true, force: true });
});

function credentials(username: string) {
  const person = wardline.firstRun.staff.find((one) => one.username === username);
  return { username, password: person?.password ?? '' };
}

/** A client as a process, and every line that it said. */
function start([program = '', ...args]: readonly string[], asked: Record<string, unknown>) {
  const child = spawn(program, [...args, JSON.stringify({ url: wardline.url, ca, dept: 'icu', ...asked })], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', NO_PROXY: '*' },
  });
  children.push(child);
  const frames: AnyFrame[] = [];
  let complaints = '';
  createInterface({ input: child.stdout }).on('line', (line) => frames.push(JSON.parse(line)));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const until = (type: string) =>
    eventually(() => {
      if (child.exitCode !== null && !frames.some((frame) => frame.type === type)) throw new Error(`ended before ${type}: ${complaints}`);
      return frames.find((frame) => frame.type === type);
    }, `${type}; ${complaints}`);
  return { frames, exited, until, complaints: () => complaints };
}

describe.each(CLIENTS)('a client on $name, which nobody here wrote', ({ name, isThere, command }) => {
  itIsInstalled(name, isThere);

  it.runIf(isThere).each([
    ['that asks for our subprotocol', ['wardline.v1'], 'wardline.v1'],
    ['that asks for several', ['wardline.v9', 'wardline.v1'], 'wardline.v1'],
    ['that asks for none', null, null],
  ])('%s signs in, subscribes, sees a press at once, accepts it, and closes 1000', async (_, subprotocols, agreed) => {
    const client = start(command, { ...credentials('icu-nurse-1'), subprotocols });
    expect((await client.until('connected')).subprotocol).toBe(agreed);
    const snapshot = await client.until('snapshot');
    const press = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const pending = await client.until('call.pending');
    expect(pending).toMatchObject({ seq: snapshot.seq + 1, critical: true, data: { call_id: press.body.id } });
    expect(await client.exited, client.complaints()).toBe(0);
    expect(client.frames.at(-1)).toEqual({ type: 'closed', code: 1000 });
    const call = await admin.get(`/calls/${press.body.id as string}`);
    expect(call.body.state).toBe('accepted');
    const types = client.frames.map((frame) => frame.type);
    expect(types.slice(0, 4)).toEqual(['connected', 'hello', 'ok', 'snapshot']);
    expect(types).not.toContain('error');
  });

  it.runIf(isThere)('hears why it is refused: a department of others', async () => {
    const client = start(command, { ...credentials('icu-nurse-1'), dept: 'med', subprotocols: ['wardline.v1'] });
    expect(await client.until('error')).toMatchObject({ code: 'NOT_FOUND', retryable: false });
  });
});

describe('curl, as in the README', () => {
  const curl = findProgram('curl');
  itIsInstalled('curl', curl !== undefined);
  const ask = async (...args: string[]) => {
    const all = [
      '--silent',
      '--noproxy',
      '*',
      '--cacert',
      ca,
      '--cookie-jar',
      join(folder, 'jar'),
      '--cookie',
      join(folder, 'jar'),
      ...args,
    ];
    return (await promisify(execFile)(curl!, all, { timeout: 40_000 })).stdout;
  };
  const signInByCurl = (username: string) =>
    ask('-H', 'Content-Type: application/json', '-d', JSON.stringify(credentials(username)), `${wardline.url}/api/v1/auth/login`);

  it.runIf(curl !== undefined)('signs in, and a long poll answers with the press', async () => {
    expect(JSON.parse(await signInByCurl('icu-nurse-2'))).toMatchObject({ user: { role: 'nurse', departments: ['icu'] } });
    const { head } = JSON.parse(await ask(`${wardline.url}/api/v1/departments/icu/events`)) as { head: number };
    const poll = async (after: number): Promise<AnyFrame[]> =>
      (JSON.parse(await ask(`${wardline.url}/api/v1/departments/icu/events?after=${String(after)}&wait=25`)) as { items: AnyFrame[] })
        .items;
    const polling = poll(head);
    const press = await asStation(wardline, 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' });
    const events = await polling;
    // Other events of the department may come first.
    const isOurs = (event: AnyFrame) => event.data.call_id === press.body.id;
    while (!events.some(isOurs)) events.push(...(await poll(head + events.length)));
    expect(events.find(isOurs)).toMatchObject({ type: 'call.pending' });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => head + 1 + index));
  });

  it.runIf(curl !== undefined)('follows the event stream', async () => {
    await signInByCurl('icu-nurse-3');
    const url = `${wardline.url}/api/v1/departments/icu/events/stream`;
    const child = spawn(curl!, ['--silent', '--no-buffer', '--noproxy', '*', '--cacert', ca, '--cookie', join(folder, 'jar'), url]);
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await eventually(() => /^event: hello$/m.test(text) || undefined, 'hello');
    const press = await asStation(wardline, 'icu-103-bed')('POST', '/calls', { type: 'patient_normal' });
    await eventually(() => (text.includes('call.pending') && text.includes(press.body.id as string)) || undefined, 'the press');
    expect(text).toMatch(/^id: \d+$/m);
  });
});
