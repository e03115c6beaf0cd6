import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { decodeFrame, type EventFrame } from './frames.js';
import { LiveSocket } from './live-socket.js';

const HELLO = { type: 'hello', epoch: 'e1', heartbeat_sec: 25 };

function event(seq: number): object {
  return {
    type: 'call.pending',
    dept: 'icu',
    seq,
    id: `id-${String(seq)}`,
    critical: true,
    data: {},
  };
}

/** A server that does only what each test scripts. */
class ScriptedServer {
  readonly received: Record<string, unknown>[] = [];
  private readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  private peer: WebSocket | undefined;

  constructor(script: (frame: Record<string, unknown>, send: (frame: object) => void) => void) {
    this.server.on('connection', (peer) => {
      this.peer = peer;
      const send = (frame: object): void => {
        peer.send(JSON.stringify(frame));
      };
      peer.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as Record<string, unknown>;
        this.received.push(frame);
        script(frame, send);
      });
      send(HELLO);
    });
  }

  async url(): Promise<URL> {
    if (this.server.address() === null) await once(this.server, 'listening');
    return new URL(`http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`);
  }

  send(frame: object): void {
    this.peer?.send(JSON.stringify(frame));
  }

  hangUp(code?: number): void {
    if (code === undefined) this.peer?.terminate();
    else this.peer?.close(code);
  }

  ofType(type: string): Record<string, unknown>[] {
    return this.received.filter((frame) => frame.type === type);
  }

  close(): void {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }
}

describe('LiveSocket', () => {
  let server: ScriptedServer;
  let socket: LiveSocket;
  const events: EventFrame[] = [];
  const lost: [string, boolean][] = [];
  let answerCommands = true;

  beforeEach(async () => {
    events.length = 0;
    lost.length = 0;
    answerCommands = true;
    server = new ScriptedServer((frame, send) => {
      if (frame.type === 'subscribe') {
        const recovered = frame.after !== undefined;
        const from = recovered ? Number(frame.after) + 1 : null;
        send({
          type: 'ok',
          re: frame.id,
          data: { dept: 'icu', epoch: 'e1', recovered, from, head: 10 },
        });
        if (recovered) send(event(12));
        else send({ type: 'snapshot', re: frame.id, dept: 'icu', epoch: 'e1', seq: 10, data: {} });
      } else if (frame.type === 'call.accept' && answerCommands) {
        send({ type: 'ok', re: frame.id, data: {} });
      }
    });
    socket = new LiveSocket(
      {
        target: { url: await server.url(), tls: { rejectUnauthorized: true } },
        cookie: 'wardline=x',
        dept: 'icu',
        decode: (bytes) => decodeFrame(bytes.toString('utf8')),
        isSessionAlive: () => Promise.resolve(true),
        random: () => 0,
      },
      {
        event: (frame) => events.push(frame),
        lost: (why, stopped) => lost.push([why, stopped]),
        trouble: (code) => {
          throw new Error(code);
        },
      },
    );
    socket.connect();
    expect(await socket.whenLive(5000)).toBe(true);
  });

  afterEach(async () => {
    await socket.close();
    server.close();
  });

  it('subscribes, follows the snapshot, acknowledges once, and answers pings', async () => {
    server.send(event(11));
    await expect.poll(() => events.length).toBe(1);
    socket.acknowledge();
    socket.acknowledge();
    server.send({ type: 'ping', t: 5 });
    await expect.poll(() => server.ofType('pong')).toEqual([{ type: 'pong', t: 5 }]);
    expect(server.ofType('ack')).toEqual([{ type: 'ack', dept: 'icu', seq: 11 }]);
    expect(socket.stream).toMatchObject({ base: 10, last: 11, gaps: 0, outOfOrder: 0 });
  });

  it('comes back after a cut, resumes, and sends an unanswered command again with its id', async () => {
    server.send(event(11));
    await expect.poll(() => events.length).toBe(1);
    answerCommands = false;
    const answer = socket.command('call.accept', { call_id: 'c' });
    await expect.poll(() => server.ofType('call.accept').length).toBe(1);
    answerCommands = true;
    server.hangUp();
    expect((await answer).ok).toBe(true);
    const [first, second] = server.ofType('call.accept');
    expect(second).toEqual(first);
    expect(server.ofType('subscribe')[1]).toMatchObject({ dept: 'icu', after: 11, epoch: 'e1' });
    await expect.poll(() => socket.stream.last).toBe(12);
    expect(socket.stream).toMatchObject({ gaps: 0, outOfOrder: 0, received: 2 });
    expect(lost).toEqual([['1006', false]]);
  });

  it('stays away when told so, and lets nobody wait for an answer', async () => {
    answerCommands = false;
    const answer = socket.command('call.accept', { call_id: 'c' });
    server.hangUp(4401);
    expect(await answer).toMatchObject({ ok: false, code: 'CLOSED' });
    expect(lost).toEqual([['4401', true]]);
    expect(socket.isStopped).toBe(true);
  });
});
