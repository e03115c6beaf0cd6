import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type AnyFrame, request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const nodes: TestWardline[] = [];

async function start(limit: string, env: Record<string, string> = {}): Promise<TestWardline> {
  const node = await startTestWardline({ env: { CLIENT_RATE_LIMIT: limit, ...env } });
  nodes.push(node);
  return node;
}

async function open(node: TestWardline, { cookie }: Session): Promise<Socket> {
  const socket = await Socket.open(node, cookie);
  await socket.until((frame) => frame.type === 'hello');
  return socket;
}

/** Changes nothing, and touches no foreign object. */
const harmless = () => ({ type: 'unsubscribe', dept: 'icu' });

async function askMany(socket: Socket, frames: readonly Record<string, unknown>[]): Promise<AnyFrame[]> {
  return Promise.all(frames.map((frame) => socket.ask(frame)));
}

function codes(answers: readonly AnyFrame[]): string[] {
  return answers.map((answer) => (answer.type === 'ok' ? 'ok' : (answer.code as string)));
}

function times(count: number, frame: () => Record<string, unknown> = harmless): Record<string, unknown>[] {
  return Array.from({ length: count }, frame);
}

async function metric(node: TestWardline, name: string): Promise<number> {
  const { body } = await request(node, 'GET', '/metrics');
  const line = (body as string).split('\n').find((one) => one.startsWith(name));
  return Number(line?.split(' ').at(-1) ?? 0);
}

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

describe('CLIENT_RATE_LIMIT', () => {
  it('50 in 10 s by default: the next ones get RATE_LIMITED with retry_after, and are counted; the socket stays', async () => {
    const node = await startTestWardline();
    nodes.push(node);
    const socket = await open(node, await signIn(node, 'icu-nurse-1'));
    expect(socket.frames[0].limits).toMatchObject({ messages: 50, per_sec: 10 });
    const answers = await askMany(socket, times(60));
    expect(codes(answers)).toEqual([...Array<string>(50).fill('ok'), ...Array<string>(10).fill('RATE_LIMITED')]);
    for (const answer of answers.slice(50)) {
      expect(answer).toMatchObject({ type: 'error', retryable: true });
      expect(answer.retry_after).toBeGreaterThan(0);
      expect(answer.retry_after).toBeLessThanOrEqual(10);
    }
    expect(await metric(node, 'wardline_rate_limited_total{kind="client"}')).toBe(10);
    expect(socket.closed).toBeUndefined();
  });

  it('a message is within it again after retry_after', async () => {
    const node = await start('3/2');
    const socket = await open(node, await signIn(node, 'icu-nurse-1'));
    const refused = (await askMany(socket, times(4))).at(-1);
    expect(refused.code).toBe('RATE_LIMITED');
    await sleep(refused.retry_after * 1000);
    expect((await socket.ask(harmless())).type).toBe('ok');
  });

  it('is one for all connections of a person, and nobody else’s', async () => {
    const node = await start('6/600');
    const [anna, again, ben] = [await signIn(node, 'icu-nurse-1'), await signIn(node, 'icu-nurse-1'), await signIn(node, 'icu-nurse-2')];
    const [phone, desktop, other] = [await open(node, anna), await open(node, again), await open(node, ben)];
    expect(codes(await askMany(phone, times(4)))).toEqual(Array(4).fill('ok'));
    expect(codes(await askMany(desktop, times(4)))).toEqual(['ok', 'ok', 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(codes(await askMany(other, times(6)))).toEqual(Array(6).fill('ok'));
  });

  it('ack, ping and pong do not count, nor are they limited', async () => {
    const node = await start('3/600');
    const socket = await open(node, await signIn(node, 'icu-nurse-1'));
    const besides = () => {
      socket.ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq: 0 }));
      socket.ws.send(JSON.stringify({ type: 'pong', t: 1 }));
      socket.ws.send(JSON.stringify({ type: 'ping', t: 2 }));
    };
    for (let round = 0; round < 50; round++) besides();
    expect(codes(await askMany(socket, times(4)))).toEqual(['ok', 'ok', 'ok', 'RATE_LIMITED']);
    for (let round = 0; round < 50; round++) besides();
    await socket.until(() => socket.frames.filter((frame) => frame.type === 'pong').length === 100, 'a pong to each ping');
    expect(socket.closed).toBeUndefined();
  });

  it('raising a call is never limited and does not count, also where 64 other commands wait', async () => {
    const node = await start('70/600');
    const socket = await open(node, await signIn(node, 'icu-nurse-1'));
    const raise = () => ({ type: 'call.raise', data: { type: 'patient_normal', room_id: 'icu-101' } });
    const first = await askMany(socket, times(5, raise));
    expect(codes(first)).toEqual(Array(5).fill('ok'));
    const [others, raised] = await Promise.all([askMany(socket, times(80)), askMany(socket, times(20, raise))]);
    expect(codes(others).filter((code) => code === 'RATE_LIMITED').length).toBeGreaterThanOrEqual(10);
    expect(codes(raised)).toEqual(Array(20).fill('ok'));
    expect(new Set([...first, ...raised].map((answer) => answer.data.id as string)).size).toBe(1);
  });

  it('0 turns it off', async () => {
    const node = await start('0');
    const socket = await open(node, await signIn(node, 'icu-nurse-1'));
    expect(socket.frames[0].limits).toMatchObject({ messages: null, per_sec: null });
    for (let round = 0; round < 10; round++) expect(codes(await askMany(socket, times(60)))).toEqual(Array(60).fill('ok'));
  });
});

describe('over the rate', () => {
  it('three windows in a row close 4029, and no other connection', async () => {
    const node = await start('5/1');
    const [anna, ben] = [await signIn(node, 'icu-nurse-1'), await signIn(node, 'icu-nurse-2')];
    const [flood, calm] = [await open(node, anna), await open(node, ben)];
    while (!flood.closed) {
      flood.ws.send(JSON.stringify({ id: randomUUID(), ...harmless() }));
      await sleep(20);
    }
    expect(flood.closed.code).toBe(4029);
    const warnings = flood.frames.filter((frame) => frame.code === 'RATE_LIMITED').length;
    const done = flood.frames.filter((frame) => frame.type === 'ok').length;
    expect(warnings).toBeGreaterThan(2);
    expect(done).toBeGreaterThanOrEqual(10);
    expect((await calm.ask(harmless())).type).toBe('ok');
    expect(await metric(node, 'wardline_ws_closes_total{code="4029"}')).toBe(1);
  });

  it('once, however far, closes nothing', async () => {
    const node = await start('5/600');
    const socket = await open(node, await signIn(node, 'icu-nurse-1'));
    expect(codes(await askMany(socket, times(500))).filter((code) => code === 'ok')).toHaveLength(5);
    expect(socket.closed).toBeUndefined();
  });
});

describe('repeated attempts at what is not for the client', () => {
  it('20 in a minute close 4003; what does not exist does not count', async () => {
    const node = await start('0');
    const socket = await open(node, await signIn(node, 'icu-nurse-1'));
    const unknown = await askMany(
      socket,
      times(40, () => ({ type: 'call.accept', data: { call_id: randomUUID() } })),
    );
    expect(new Set(codes(unknown))).toEqual(new Set(['NOT_FOUND']));
    const foreign = () => ({ type: 'subscribe', dept: 'med' });
    expect(new Set(codes(await askMany(socket, times(19, foreign))))).toEqual(new Set(['NOT_FOUND']));
    expect((await socket.ask(harmless())).type).toBe('ok');
    expect((await socket.ask(foreign())).code).toBe('NOT_FOUND');
    expect(await socket.untilClosed()).toMatchObject({ code: 4003 });
  });

  it('counts another department’s calls, answered as if they did not exist', async () => {
    const node = await start('0');
    const [med, anna] = [await signIn(node, 'med-nurse-1'), await signIn(node, 'icu-nurse-1')];
    const call = (await med.post('/calls', { type: 'patient_normal', room_id: 'med-201' })).body;
    const socket = await open(node, anna);
    const answers = await askMany(
      socket,
      times(20, () => ({ type: 'call.accept', data: { call_id: call.id } })),
    );
    expect(new Set(codes(answers))).toEqual(new Set(['NOT_FOUND']));
    expect(await socket.untilClosed()).toMatchObject({ code: 4003 });
  });
});
