import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
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
    () => undefined,
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
    ['POST', '/api/v1/users'],
    ['POST', '/api/v1/users?x'],
    ['POST', '/api/v1/users/x'],
    ['POST', '/api/v1/stations/self'],
    ['DELETE', '/api/v1/calls/1'],
  ])('%s %s is no press', async (method, path) => {
    many(40, 'a', 'GET', '/a');
    come('a', method, path);
    expect(await turn()).not.toContain(`${method} ${path}`);
  });

  it.each([
    ['/api/v1/calls', '/api/v1/calls/1/accept'],
    ['/api/v1/calls?x', '/api/v1/calls/1?x'],
    ['/api/v1/stations/self/calls', '/api/v1/stations/self/calls/1/cancel'],
    ['/api/v1/stations/self/calls?x', '/api/v1/stations/self/calls/'],
  ])('are a press, %s, before a command, %s', async (press, command) => {
    many(4, 'z', 'GET', '/');
    come('a', 'POST', command);
    come('a', 'POST', press);
    expect(await turn()).toEqual([`POST ${press}`, `POST ${command}`]);
  });

  it('owe commands no place for the presses that began while no command waited', async () => {
    many(4, 'a', 'POST', '/api/v1/calls?early');
    come('b', 'POST', '/api/v1/calls/1/accept');
    many(4, 'a', 'POST', '/api/v1/calls?');
    expect((await turn()).at(-1)).toBe('POST /api/v1/calls/1/accept');
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

  /** A request whose body has not come. */
  const withoutBody = (url: string) =>
    Object.assign(new Readable({ read: () => undefined }), {
      ...{ method: 'POST', url, headers: { 'content-length': '2' }, socket: { remoteAddress: 'a', destroyed: false }, complete: false },
    });

  it('are those of others at once, though their bodies are not there', () => {
    scheduler.listener(withoutBody('/api/v1/auth/login') as unknown as IncomingMessage, open);
    expect(begun).toEqual(['POST /api/v1/auth/login']);
  });

  it('take no place before their bodies are there', async () => {
    const unfinished = Array.from({ length: 30 }, (_, n) => withoutBody(`/api/v1/calls?${String(n)}`));
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

  it.each([8, 9])('begin at once again when nothing waits, after %i', async (count) => {
    many(count, 'a', 'GET', '/');
    await turn();
    await turn();
    await turn();
    come('a', 'GET', '/now');
    expect(begun.at(-1)).toBe('GET /now');
  });
});
