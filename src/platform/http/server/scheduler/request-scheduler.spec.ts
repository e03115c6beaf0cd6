import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestScheduler } from './request-scheduler.js';

let begun: string[];
let scheduler: RequestScheduler;
const open = Object.assign(new EventEmitter(), { destroyed: false }) as unknown as ServerResponse;

beforeEach(() => {
  const mine: string[] = [];
  begun = mine;
  open.removeAllListeners();
  open.setMaxListeners(0);
  scheduler = new RequestScheduler(
    (request) => mine.push(`${request.method ?? ''} ${request.url ?? ''}`),
    ({ socket }) => socket.remoteAddress ?? '',
  );
});

function come(from: string, method: string, url: string, response = open): void {
  scheduler.listener(
    { method, url, headers: {}, socket: { remoteAddress: from, destroyed: false } } as unknown as IncomingMessage,
    response,
  );
}

const many = (count: number, from: string, method: string, url: string) => {
  for (let n = 0; n < count; n++) come(from, method, `${url}${String(n)}`);
};
/** The requests that begin in the next turn. */
async function turn(): Promise<string[]> {
  const before = begun.length;
  await nextTurn();
  return begun.slice(before);
}

describe('requests of one turn of the event loop', () => {
  it('begin at once while they are few', () => {
    many(4, 'a', 'GET', '/');
    expect(begun).toHaveLength(4);
  });

  it('are four; the others begin in the turns after it, in their order', async () => {
    many(10, 'a', 'GET', '/');
    expect(begun).toHaveLength(4);
    expect(await turn()).toEqual(['GET /4', 'GET /5', 'GET /6', 'GET /7']);
    expect(await turn()).toEqual(['GET /8', 'GET /9']);
  });

  it('are of each network in its turn', async () => {
    many(40, 'a', 'GET', '/a');
    many(2, 'b', 'GET', '/b');
    expect(await turn()).toEqual(['GET /a4', 'GET /b0', 'GET /a5', 'GET /b1']);
  });

  it.each(['/api/v1/stations/self/calls', '/api/v1/calls', '/api/v1/calls/1/accept', '/api/v1/calls?x'])(
    'are presses and commands first: %s',
    async (path) => {
      many(40, 'a', 'GET', '/a');
      come('b', 'POST', path);
      expect((await turn())[0]).toBe(`POST ${path}`);
    },
  );

  it.each([
    ['GET', '/api/v1/calls'],
    ['POST', '/api/v1/callsx'],
    ['POST', '/api/v1/auth/login'],
  ])('%s %s is no press', async (method, path) => {
    many(40, 'a', 'GET', '/a');
    come('a', method, path);
    expect(await turn()).not.toContain(`${method} ${path}`);
  });

  it('are presses before commands, and one command in each four', async () => {
    many(4, 'z', 'GET', '/');
    many(4, 'a', 'POST', '/api/v1/calls/');
    many(7, 'b', 'POST', '/api/v1/calls?');
    const presses = (...numbers: number[]) => numbers.map((n) => `POST /api/v1/calls?${String(n)}`);
    expect(await turn()).toEqual([...presses(0, 1, 2), 'POST /api/v1/calls/0']);
    expect(await turn()).toEqual([...presses(3, 4, 5), 'POST /api/v1/calls/1']);
    expect(await turn()).toEqual([...presses(6), 'POST /api/v1/calls/2', 'POST /api/v1/calls/3']);
  });

  it('have a place for others beside a flood of presses', async () => {
    many(40, 'a', 'POST', '/api/v1/calls/');
    come('b', 'GET', '/b');
    expect(await turn()).toContain('GET /b');
  });

  it('are one of the others in ten milliseconds beside a press that is not answered, and four when it is', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
    try {
      come('b', 'POST', '/api/v1/calls/1/accept');
      many(20, 'a', 'GET', '/');
      expect(begun).toEqual(['POST /api/v1/calls/1/accept', 'GET /0']);
      await vi.advanceTimersByTimeAsync(9);
      expect(begun).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(2);
      expect(begun.slice(2)).toEqual(['GET /1']);
      await vi.advanceTimersByTimeAsync(11);
      expect(begun.slice(3)).toEqual(['GET /2']);
      open.emit('close');
      await vi.advanceTimersByTimeAsync(0);
      expect(begun.slice(4)).toEqual(['GET /3', 'GET /4', 'GET /5', 'GET /6']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('are 48 presses at a time, 24 of a network; the next begin when one ends, or is under way for a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
    try {
      const first = Object.assign(new EventEmitter(), { destroyed: false }) as unknown as ServerResponse;
      come('a', 'POST', '/api/v1/calls', first);
      many(99, 'a', 'POST', '/api/v1/calls?');
      await vi.advanceTimersByTimeAsync(0);
      await vi.advanceTimersByTimeAsync(50);
      expect(begun).toHaveLength(24);
      many(99, 'b', 'POST', '/api/v1/calls?');
      await vi.advanceTimersByTimeAsync(50);
      expect(begun).toHaveLength(48);
      come('c', 'GET', '/c');
      await vi.advanceTimersByTimeAsync(20);
      expect(begun.at(-1)).toBe('GET /c');
      begun.pop();
      first.emit('close');
      await vi.advanceTimersByTimeAsync(0);
      expect(begun).toHaveLength(49);
      await vi.advanceTimersByTimeAsync(500);
      expect(begun).toHaveLength(49);
      // Rows that stay locked keep no other press out.
      await vi.advanceTimersByTimeAsync(475);
      expect(begun).toHaveLength(49 + 47);
    } finally {
      vi.useRealTimers();
    }
  });

  it('are refused when they have waited for eight seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
    try {
      const answers: string[] = [];
      const response = Object.assign(new EventEmitter(), {
        destroyed: false,
        writeHead: (status: number, headers: Record<string, unknown>) =>
          answers.push(`${String(status)} after ${String(headers['Retry-After'])}`),
        end: (body: string) => answers.push((JSON.parse(body) as { error: { code: string } }).error.code),
      }) as unknown as ServerResponse;
      response.setMaxListeners(0);
      for (let n = 0; n < 9 * 24 + 1; n += 1) come('a', 'POST', '/api/v1/calls', response);
      await vi.advanceTimersByTimeAsync(7900);
      expect(answers).toEqual([]);
      await vi.advanceTimersByTimeAsync(1100);
      expect(answers).toEqual(['503 after 1', 'UNAVAILABLE']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('take no place before their bodies are there', async () => {
    const socket = { remoteAddress: 'a', destroyed: false };
    const unfinished = Array.from({ length: 30 }, (_, n) =>
      Object.assign(new Readable({ read: () => undefined }), {
        ...{ method: 'POST', url: `/api/v1/calls?${String(n)}`, headers: { 'content-length': '2' }, socket, complete: false },
      }),
    );
    for (const one of unfinished) scheduler.listener(one as unknown as IncomingMessage, open);
    await nextTurn();
    expect(begun).toEqual([]);
    come('a', 'POST', '/api/v1/calls');
    expect(begun).toEqual(['POST /api/v1/calls']);
    const [first] = unfinished;
    first?.push('{');
    await nextTurn();
    expect(begun).toHaveLength(1);
    Object.assign(first!, { complete: true }).push('}');
    expect(await turn()).toEqual(['POST /api/v1/calls?0']);
  });

  it('are presses at once beside a press that is not answered', () => {
    many(4, 'b', 'POST', '/api/v1/calls/');
    expect(begun).toHaveLength(4);
  });

  it('are none of clients that have gone, which take no place either', async () => {
    many(4, 'a', 'GET', '/');
    come('a', 'GET', '/gone', { destroyed: true } as ServerResponse);
    many(4, 'a', 'GET', '/later');
    expect(await turn()).toEqual(['GET /later0', 'GET /later1', 'GET /later2', 'GET /later3']);
  });

  it('begin at once again when nothing waits', async () => {
    many(9, 'a', 'GET', '/');
    await turn();
    await turn();
    await turn();
    come('a', 'GET', '/now');
    expect(begun.at(-1)).toBe('GET /now');
  });
});
