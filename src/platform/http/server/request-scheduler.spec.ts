import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
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
  scheduler.listener({ method, url, socket: { remoteAddress: from, destroyed: false } } as unknown as IncomingMessage, response);
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
