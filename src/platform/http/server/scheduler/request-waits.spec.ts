import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestScheduler } from './request-scheduler.js';

let begun: string[];
let refused: string[];
let shed: number;
let scheduler: RequestScheduler;

beforeEach(() => {
  // Turns of the event loop are real ones: the time stands still in them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  // Requests that an earlier test left waiting begin in its own list.
  const mine: string[] = [];
  [begun, refused, shed] = [mine, [], 0];
  scheduler = new RequestScheduler(
    ({ url }) => mine.push(url ?? ''),
    ({ socket }) => socket.remoteAddress ?? '',
    () => (shed += 1),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Sides of a client that is no longer there. */
interface Gone {
  readonly response?: boolean;
  readonly socket?: boolean;
}

/** @returns the end of its answer */
function come(from: string, method: string, url: string, gone: Gone = {}): () => void {
  const { response: destroyed = false, socket = false } = gone;
  const response = Object.assign(new EventEmitter(), {
    destroyed,
    writeHead: (status: number, headers: Record<string, unknown>) =>
      refused.push(`${String(status)} after ${String(headers['Retry-After'])}`),
    end: (body: string) => refused.push((JSON.parse(body) as { error: { code: string } }).error.code),
  });
  const request = { method, url, headers: {}, socket: { remoteAddress: from, destroyed: socket } };
  scheduler.listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  return () => response.emit('close');
}

const read = (url: string, from = 'z') => come(from, 'GET', url);
const press = (from: string, n: number) => come(from, 'POST', `/api/v1/calls?${from}${String(n)}`);
const presses = (count: number, from: string) => Array.from({ length: count }, (_, n) => press(from, n));

/** Requests that have begun since this was asked last. */
const news = () => begun.splice(0).map((url) => url.replace(/^.*[?]/, ''));

/** Lets turns pass until none is watched any more, which is soon when no time passes. @returns what began in them */
async function turns(): Promise<string[]> {
  for (let n = 0; n < 30; n += 1) await nextTurn();
  return news();
}
async function turn(): Promise<string[]> {
  await nextTurn();
  return news();
}
function pass(ms: number): string[] {
  vi.advanceTimersByTime(ms);
  return news();
}
const numbers = (from: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => `${from}${String(first + n)}`);

describe('requests beside a press that is not answered', () => {
  it('are one of the others in ten milliseconds, and four in a turn when it is answered', async () => {
    const answer = press('a', 0);
    for (let n = 0; n < 20; n += 1) read(`r${String(n)}`);
    expect(await turns()).toEqual(['a0', 'r0']);
    for (const next of ['r1', 'r2']) {
      expect(pass(9)).toEqual([]);
      expect(pass(1)).toEqual([next]);
      expect(await turns()).toEqual([]);
    }
    answer();
    expect(news()).toEqual([]);
    expect(await turn()).toEqual(['r3', 'r4', 'r5', 'r6']);
  });

  it('do not overtake the others that wait', async () => {
    const answer = press('a', 0);
    for (const url of ['r0', 'r1', 'r2']) read(url);
    expect(await turns()).toEqual(['a0', 'r0']);
    answer();
    read('late');
    expect(news()).toEqual([]);
    expect(await turns()).toEqual(['r1', 'r2', 'late']);
  });

  it('have the last place of a turn, and leave it to the presses where none of them may begin', async () => {
    presses(24, 'a');
    read('r0');
    read('r1');
    expect(news()).toEqual(numbers('a', 0, 3));
    expect(await turn()).toEqual(['a4', 'a5', 'a6', 'r0']);
    expect(await turn()).toEqual(numbers('a', 7, 10));
    expect(pass(10)).toEqual([]);
    expect(await turn()).toEqual(['a11', 'a12', 'a13', 'r1']);
    expect(await turn()).toEqual(numbers('a', 14, 17));
  });
});

describe('presses and commands', () => {
  it('are 48 at a time, 24 of a network; the next begin when one ends, or is under way for a second', async () => {
    const [first] = presses(100, 'a');
    expect(await turns()).toEqual(numbers('a', 0, 23));
    presses(100, 'b');
    expect(await turns()).toEqual(numbers('b', 0, 23));
    press('c', 0);
    expect(await turns()).toEqual([]);
    read('r0');
    expect(await turns()).toEqual(['r0']);
    first?.();
    expect(await turns()).toEqual(['a24']);
    expect(pass(999)).toEqual([]);
    // Rows that stay locked keep no other press out.
    expect(pass(1)).toHaveLength(4);
    expect(await turns()).toHaveLength(44);
  });

  it.each(['/api/v1/calls?', '/api/v1/calls/'])('do not overtake those of their network that wait: %s', async (path) => {
    const answers = Array.from({ length: 25 }, (_, n) => come('a', 'POST', `${path}${String(n)}`));
    expect(await turns()).toHaveLength(24);
    answers[0]?.();
    come('a', 'POST', '/api/v1/calls?late');
    expect(news()).toEqual([]);
    expect(await turns()).toHaveLength(1);
    answers[1]?.();
    expect(await turns()).toHaveLength(1);
    expect(await turns()).toEqual([]);
  });

  it('have their room at its time, though others that wait have theirs sooner', async () => {
    presses(25, 'a');
    expect(await turns()).toHaveLength(24);
    expect(vi.getTimerCount()).toBe(1);
    expect(pass(500)).toEqual([]);
    read('r0');
    read('r1');
    expect(await turns()).toEqual(['r0']);
    // The later time has given way to the sooner one.
    expect(vi.getTimerCount()).toBe(1);
    expect(pass(9)).toEqual([]);
    expect(pass(1)).toEqual(['r1']);
    expect(await turns()).toEqual([]);
    expect(pass(489)).toEqual([]);
    expect(pass(1)).toEqual(['a24']);
  });

  it('have their room at its time, though others that wait have theirs later', async () => {
    presses(25, 'a');
    expect(await turns()).toHaveLength(24);
    expect(pass(995)).toEqual([]);
    read('r0');
    read('r1');
    expect(await turns()).toEqual(['r0']);
    expect(pass(5)).toEqual(['a24']);
    expect(await turns()).toEqual([]);
    expect(pass(4)).toEqual([]);
    expect(pass(1)).toEqual(['r1']);
  });

  it.each(['/api/v1/calls', '/api/v1/calls/1/accept'])(
    'are refused when they have waited for more than eight seconds: %s',
    async (path) => {
      for (let n = 0; n <= 9 * 24; n += 1) come('a', 'POST', path);
      let count = 0;
      for (let second = 0; second <= 8; second += 1) {
        count += (await turns()).length + pass(999).length;
        expect(count).toBe(24 * (second + 1));
        expect([refused, shed]).toEqual([[], 0]);
        count += pass(1).length;
      }
      expect([refused, shed]).toEqual([['503 after 1', 'UNAVAILABLE'], 1]);
      expect(await turns()).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('are watched by one timer while they wait, and by nothing when nothing waits', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    const turnsWatched = vi.spyOn(globalThis, 'setImmediate');
    const [first] = presses(25, 'a');
    await turns();
    expect(set.mock.calls.map(([, ms]) => ms)).toEqual([1000]);
    turnsWatched.mockClear();
    await turns();
    expect(pass(999)).toEqual([]);
    expect([set.mock.calls.length, turnsWatched.mock.calls.length]).toEqual([1, 0]);
    first?.();
    expect(await turns()).toEqual(['a24']);
    turnsWatched.mockClear();
    await turns();
    expect(turnsWatched).not.toHaveBeenCalled();
  });
});

describe('requests of clients that have gone', () => {
  it.each<Gone>([{ response: true }, { socket: true }])('do not begin, and take no place: %j', async (gone) => {
    for (const url of ['r0', 'r1', 'r2', 'r3']) read(url);
    come('z', 'GET', 'gone', gone);
    for (const url of ['r4', 'r5', 'r6', 'r7']) read(url);
    expect(news()).toHaveLength(4);
    expect(await turn()).toEqual(['r4', 'r5', 'r6', 'r7']);
    for (let n = 0; n < 50; n += 1) come('a', 'POST', '/api/v1/calls', gone);
    presses(24, 'a');
    expect(await turns()).toHaveLength(24);
    expect(refused).toEqual([]);
  });
});
