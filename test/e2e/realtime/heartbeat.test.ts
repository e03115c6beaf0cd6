import { randomBytes, randomUUID } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { request, signIn, Socket, type AnyFrame, type Session } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

let wardline: TestWardline;
let anna: Session;
const noDelay = vi.spyOn(net.Socket.prototype, 'setNoDelay');

beforeAll(async () => {
  wardline = await startTestWardline({ env: { HEARTBEAT_CHECK_INTERVAL_SEC: '1', HEARTBEAT_IDLE_SEC: '4', CONNECT_RATE_LIMIT: '0' } });
  anna = await signIn(wardline, 'icu-nurse-1');
});

afterAll(async () => {
  noDelay.mockRestore();
  await wardline.stop();
});

async function metric(name: string): Promise<number> {
  const { body } = await request(wardline, 'GET', '/metrics');
  const line = (body as string).split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no ${name} in /metrics`);
  return Number(line.slice(name.length));
}

const roundTrips = () => metric('wardline_ws_rtt_seconds_count');

/** A socket of `ws` with options of the test's own. */
async function open(options: { autoPong?: boolean } = {}): Promise<{ ws: WebSocket; closed: Promise<number> }> {
  const ws = new WebSocket(`${wardline.url.replace('http', 'ws')}/ws`, 'wardline.v1', {
    ca: wardline.ca,
    headers: { cookie: anna.cookie },
    ...options,
  });
  const closed = new Promise<number>((resolve) => ws.on('close', resolve));
  ws.on('error', () => undefined);
  await new Promise((resolve) => ws.once('open', resolve));
  return { ws, closed };
}

function count(ws: WebSocket, event: 'ping' | 'message'): { seen: number } {
  const counter = { seen: 0 };
  ws.on(event, () => counter.seen++);
  return counter;
}

/** A TLS stream on which a WebSocket was opened by hand. */
async function openByHand(): Promise<tls.TLSSocket> {
  const { hostname, port } = new URL(wardline.url);
  const stream = tls.connect({ host: hostname, port: Number(port), ca: wardline.ca });
  stream.on('error', () => undefined);
  stream.write(
    [
      'GET /ws HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Cookie: ${anna.cookie}`,
      '\r\n',
    ].join('\r\n'),
  );
  await new Promise((resolve) => stream.once('data', resolve));
  return stream;
}

/** The id that the server gave to the connection opened next. */
async function idOfNext(open: () => Promise<unknown>): Promise<string> {
  const before = wardline.log.length;
  await open();
  const line = await eventually(() => wardline.log.slice(before).find((one) => one.includes('"socket.opened"')), 'socket.opened');
  return (JSON.parse(line) as { connection_id: string }).connection_id;
}

function untilGone(connectionId: string): Promise<{ code: number }> {
  return eventually(() => {
    const line = wardline.log.find((one) => one.includes('"socket.closed"') && one.includes(connectionId));
    return line === undefined ? undefined : (JSON.parse(line) as { code: number });
  }, 'socket.closed');
}

describe('protocol pings', () => {
  it('come every HEARTBEAT_CHECK_INTERVAL_SEC; a client that answers them and does nothing else stays', async () => {
    const { ws } = await open();
    const pings = count(ws, 'ping');
    await eventually(() => (pings.seen >= 6 ? true : undefined), 'six pings');
    expect(ws.readyState).toBe(WebSocket.OPEN);
    ws.close();
  });

  it('a client that answers nothing is closed with 4040 IDLE', async () => {
    const { ws, closed } = await open({ autoPong: false });
    const pings = count(ws, 'ping');
    expect(await closed).toBe(4040);
    expect(pings.seen).toBeGreaterThanOrEqual(2);
  });

  it('whoever sends is heard: frames, and bytes that are no whole frame yet', async () => {
    const { ws } = await open({ autoPong: false });
    const pings = count(ws, 'ping');
    const talking = setInterval(() => {
      ws.send(JSON.stringify({ type: 'pong', t: 1 }));
    }, 300);
    const stream = await openByHand();
    stream.resume();
    const ended = vi.fn();
    stream.on('close', ended);
    // The first bytes of a long frame, one at a time.
    stream.write(Buffer.from([0x81, 0xfe, 0x40, 0x00, 1, 2, 3, 4]));
    const dripping = setInterval(() => stream.write('x'), 300);
    await eventually(() => (pings.seen >= 7 ? true : undefined), 'seven pings');
    expect(ws.readyState).toBe(WebSocket.OPEN);
    expect(ended).not.toHaveBeenCalled();
    clearInterval(talking);
    clearInterval(dripping);
    ws.terminate();
    stream.destroy();
  });

  it('a peer that is gone without a word costs nothing after its 4040: the socket is destroyed', async () => {
    let stream: tls.TLSSocket | undefined;
    const id = await idOfNext(async () => {
      stream = await openByHand();
      stream.pause();
    });
    expect((await untilGone(id)).code).toBe(4040);
    const closes = (await request(wardline, 'GET', '/metrics')).body as string;
    expect(closes).toMatch(/wardline_ws_closes_total\{code="4040"\} [1-9]/);
    stream?.destroy();
  });
});

describe('round trips', () => {
  it('of protocol pings are recorded; an answer that nobody asked for is not', async () => {
    const { ws } = await open({ autoPong: false });
    const before = await roundTrips();
    const pings = count(ws, 'ping');
    for (let n = 0; n < 20; n++) ws.pong(randomBytes(8));
    ws.pong();
    await eventually(() => (pings.seen >= 2 ? true : undefined), 'two pings');
    expect(await roundTrips()).toBe(before);
    let answered = 0;
    ws.on('ping', (mark: Buffer) => {
      answered++;
      for (let n = 0; n < 5; n++) ws.pong(mark);
    });
    const counted = await eventually(async () => {
      const now = await roundTrips();
      return now >= before + 2 ? now : undefined;
    }, 'two round trips');
    expect(counted - before).toBeLessThanOrEqual(answered);
    ws.terminate();
  });

  it('of application pings are recorded, once each, and only for the t that was sent', async () => {
    // Each is pinged every 25 s from a random moment on; of a dozen the first is soon.
    const people = await Promise.all([1, 2, 3, 4].map((n) => signIn(wardline, `icu-nurse-${String(n)}`)));
    const sockets = await Promise.all(people.flatMap(({ cookie }) => [1, 2, 3].map(() => Socket.open(wardline, cookie))));
    // Their protocol pings are not to be answered: only what is asked for here counts.
    for (const { ws } of sockets) (ws as unknown as { _autoPong: boolean })._autoPong = false;
    const talking = setInterval(() => {
      for (const { ws } of sockets) ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq: 0 }));
    }, 500);
    try {
      const isPing = (frame: AnyFrame) => frame.type === 'ping';
      const pinged = await eventually(() => sockets.find((one) => one.frames.some(isPing)), 'a ping');
      const { t } = pinged.frames.find(isPing) as { t: number };
      expect(Math.abs(Date.now() - t)).toBeLessThan(600_000);
      const before = await roundTrips();
      const barrier = async () => {
        const id = randomUUID();
        pinged.ws.send(JSON.stringify({ id, type: 'unsubscribe', dept: 'icu' }));
        await pinged.until((frame: AnyFrame) => frame.re === id);
      };
      for (const forged of [0, -1, t - 1, t + 1, t + 25_000, 1e300]) pinged.ws.send(JSON.stringify({ type: 'pong', t: forged }));
      await barrier();
      expect(await roundTrips()).toBe(before);
      for (let n = 0; n < 3; n++) pinged.ws.send(JSON.stringify({ type: 'pong', t }));
      await barrier();
      expect(await roundTrips()).toBe(before + 1);
      expect(await metric('wardline_ws_rtt_seconds_sum')).toBeLessThan(60);
    } finally {
      clearInterval(talking);
      for (const { ws } of sockets) ws.terminate();
    }
  });
});

describe('TCP_NODELAY', () => {
  it("is on for every socket: the server's end is told so", async () => {
    noDelay.mockClear();
    const { ws } = await open();
    const client = (ws as unknown as { _socket: net.Socket })._socket;
    const told = (noDelay.mock.instances as net.Socket[]).filter((one) => one.remotePort === client.localPort);
    expect(told).not.toHaveLength(0);
    expect(noDelay.mock.calls.every(([on]) => on !== false)).toBe(true);
    ws.terminate();
  });
});
