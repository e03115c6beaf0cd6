import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnderWay } from './under-way.js';

let underWay: UnderWay;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
  underWay = new UnderWay();
});
afterEach(() => {
  vi.useRealTimers();
});

const begin = (count: number, network: string) => Array.from({ length: count }, () => underWay.begin(network));

describe('presses and commands under way', () => {
  it('are 24 of a network at most, and one more for each that ends', () => {
    const ends = begin(23, 'a');
    expect(underWay.mayBegin('a')).toBe(true);
    ends.push(...begin(1, 'a'));
    expect([underWay.mayBegin('a'), underWay.mayBegin('b'), underWay.isFull]).toEqual([false, true, false]);
    ends[7]?.();
    expect(underWay.mayBegin('a')).toBe(true);
    begin(1, 'a');
    expect(underWay.mayBegin('a')).toBe(false);
  });

  it('are 48 of all networks at most', () => {
    begin(24, 'a');
    begin(23, 'b');
    expect([underWay.isFull, underWay.mayBegin('c')]).toEqual([false, true]);
    const [end] = begin(1, 'c');
    expect([underWay.isFull, underWay.mayBegin('c')]).toEqual([true, false]);
    end?.();
    expect([underWay.isFull, underWay.mayBegin('c')]).toEqual([false, true]);
  });

  it('give their place on after a second, once, and are under way until they end', () => {
    const ends = begin(24, 'a');
    vi.advanceTimersByTime(400);
    const later = begin(24, 'b');
    vi.advanceTimersByTime(599);
    expect(underWay.isFull).toBe(true);
    vi.advanceTimersByTime(1);
    expect([underWay.isFull, underWay.mayBegin('a'), underWay.mayBegin('b'), underWay.count]).toEqual([false, true, false, 48]);
    begin(24, 'a');
    // Their place is the next one's by now: their end gives no other.
    for (const end of ends) end();
    expect([underWay.isFull, underWay.mayBegin('a'), underWay.count]).toEqual([true, false, 48]);
    for (const end of later) end();
    expect([underWay.isFull, underWay.mayBegin('b'), underWay.count]).toEqual([false, true, 24]);
  });

  it('have room when the oldest that counts is a second old', () => {
    expect(underWay.roomInMs).toBe(1);
    const [end] = begin(1, 'a');
    vi.advanceTimersByTime(300);
    begin(1, 'a');
    expect(underWay.roomInMs).toBe(700);
    end?.();
    expect(underWay.isFull).toBe(false);
    expect(underWay.roomInMs).toBe(1000);
    vi.advanceTimersByTime(1200);
    expect(underWay.roomInMs).toBe(1);
  });

  it('keep nothing of a network when they have ended', () => {
    for (const end of [...begin(3, 'a'), ...begin(1, 'b')]) end();
    vi.advanceTimersByTime(1);
    expect(underWay.isFull).toBe(false);
    expect([Reflect.get(underWay, 'youngOf'), Reflect.get(underWay, 'begun'), underWay.count]).toEqual([new Map(), [], 0]);
  });
});
