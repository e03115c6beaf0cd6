import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestLanes, type WaitingRequest } from './request-lanes.js';

let refused: string[];
let lanes: RequestLanes;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
  refused = [];
  lanes = new RequestLanes(({ network }) => refused.push(network));
});
afterEach(() => {
  vi.useRealTimers();
});

function add(...networks: string[]): void {
  for (const network of networks) lanes.add({ network, since: performance.now() } as WaitingRequest);
}

/** The networks whose requests are taken, one after the other, until none is. */
function takeAll(mayBegin: (network: string) => boolean = () => true): string {
  let taken = '';
  for (let next = lanes.take(mayBegin); next; next = lanes.take(mayBegin)) taken += next.network;
  return taken;
}

describe('waiting requests', () => {
  it('are taken of each network in its turn', () => {
    add('a', 'a', 'a', 'b', 'c', 'b');
    expect(lanes.isEmpty).toBe(false);
    expect(takeAll()).toBe('abcaba');
    expect(lanes.isEmpty).toBe(true);
    expect(takeAll()).toBe('');
  });

  it('wait on where their network may begin none, and keep their turn', () => {
    add('a', 'b', 'b', 'c');
    expect(takeAll((network) => network !== 'a')).toBe('bcb');
    expect(lanes.isEmpty).toBe(false);
    add('b');
    expect(takeAll()).toBe('ab');
  });

  it('are refused when they are older than a time, each and no other', () => {
    add('a', 'a', 'b');
    vi.advanceTimersByTime(10);
    add('a', 'c');
    lanes.refuseOlder(performance.now() - 10);
    expect(refused).toEqual([]);
    lanes.refuseOlder(performance.now() - 9);
    expect(refused).toEqual(['a', 'a', 'b']);
    expect(takeAll()).toBe('ac');
    add('a');
    vi.advanceTimersByTime(1);
    lanes.refuseOlder(performance.now());
    expect(refused).toEqual(['a', 'a', 'b', 'a']);
    expect(lanes.isEmpty).toBe(true);
  });

  /** A second and a half of late turns, while more come. The four of network a are late, that of b is not. */
  function overload(): void {
    add('x', 'a', 'a', 'a', 'a');
    vi.advanceTimersByTime(1001);
    expect(lanes.take((network) => network === 'x')).toBeDefined();
    vi.advanceTimersByTime(998);
    add('b', 'c', 'c', 'c');
    vi.advanceTimersByTime(503);
  }

  it('are refused under overload where they are late, and taken where they are not', () => {
    overload();
    expect(takeAll((network) => network !== 'c')).toBe('b');
    expect(refused).toEqual(['a', 'a', 'a', 'a']);
  });

  it('are no overload any more when none was left', () => {
    overload();
    expect(lanes.take((network) => network === 'a')).toBeUndefined();
    lanes.refuseOlder(performance.now());
    expect(refused).toHaveLength(8);
    expect(lanes.take(() => true)).toBeUndefined();
    add('d', 'd');
    vi.advanceTimersByTime(1001);
    expect(takeAll()).toBe('dd');
  });

  it('stay in overload while one waits that may not begin', () => {
    overload();
    expect(lanes.take((network) => network === 'a')).toBeUndefined();
    expect(lanes.take(() => false)).toBeUndefined();
    add('d', 'd', 'd');
    vi.advanceTimersByTime(499);
    expect(takeAll()).toBe('ddd');
    expect(refused.slice(4)).toEqual(['b', 'c', 'c', 'c']);
  });

  it('are all taken, however late, of lanes that refuse none', () => {
    lanes = new RequestLanes();
    overload();
    vi.advanceTimersByTime(20_000);
    lanes.refuseOlder(performance.now());
    expect(takeAll()).toHaveLength(8);
    expect(refused).toEqual([]);
  });
});
