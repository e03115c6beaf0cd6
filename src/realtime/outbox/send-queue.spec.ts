import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEvent } from '../../events/log/encoded-event.js';
import { type LineFormat, SendQueue } from './send-queue.js';

const format: LineFormat = {
  event: (event) => Buffer.from(`${JSON.stringify({ dept: event.dept, seq: event.seq, critical: event.critical })}\n`),
  skipped: (range) => Buffer.from(`${JSON.stringify(range)}\n`),
};

type Written = { dept: string; seq: number; critical: boolean } | { dept: string; from: number; to: number } | { frame: number };

function event(dept: string, seq: number, critical: boolean, repeatOf?: string) {
  const stored = { dept, seq, id: String(seq), type: 'x.happened', time: '', data: '{}', trace: null, age: 0 };
  return encodeEvent(stored, { critical, ...(repeatOf !== undefined && { repeatOf: () => repeatOf }) }, 0);
}

function written(line: SendQueue, piece = 1_000_000): Written[] {
  const all: Buffer[] = [];
  while (!line.isEmpty) all.push(line.take(piece));
  return Buffer.concat(all)
    .toString()
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Written);
}

describe('what waits for a slow reader', () => {
  it('leaves one range where neighbours were dropped, and keeps the critical ones', () => {
    const line = new SendQueue(format);
    for (const seq of [1, 2, 3]) line.addEvent(event('icu', seq, false));
    line.addEvent(event('icu', 4, true));
    line.addEvent(event('icu', 5, false));
    while (line.dropOldest());
    expect(written(line)).toEqual([
      { dept: 'icu', from: 1, to: 3 },
      { dept: 'icu', seq: 4, critical: true },
      { dept: 'icu', from: 5, to: 5 },
    ]);
  });

  it('drops the oldest first', () => {
    const line = new SendQueue(format);
    line.addEvent(event('icu', 1, false));
    line.addEvent(event('er', 1, false));
    line.dropOldest();
    expect(written(line)).toEqual([
      { dept: 'icu', from: 1, to: 1 },
      { dept: 'er', seq: 1, critical: false },
    ]);
  });

  it("keeps only the newest of a call's repeats as critical", () => {
    const line = new SendQueue(format);
    line.addEvent(event('icu', 1, true, 'call-1'));
    line.addEvent(event('icu', 2, true, 'call-2'));
    line.addEvent(event('icu', 3, true, 'call-1'));
    expect(line.dropOldest()).toBe(true);
    expect(line.dropOldest()).toBe(false);
    expect(written(line)).toEqual([
      { dept: 'icu', from: 1, to: 1 },
      { dept: 'icu', seq: 2, critical: true },
      { dept: 'icu', seq: 3, critical: true },
    ]);
  });

  it('joins a range with the one behind it, where an earlier repeat is dropped last', () => {
    const line = new SendQueue(format);
    line.addEvent(event('icu', 1, true, 'call-1'));
    line.addEvent(event('er', 1, true));
    line.addEvent(event('icu', 2, false));
    line.dropOldest();
    line.addEvent(event('icu', 3, true, 'call-1'));
    expect(line.dropOldest()).toBe(true);
    expect(written(line)).toEqual([
      { dept: 'icu', from: 1, to: 2 },
      { dept: 'er', seq: 1, critical: true },
      { dept: 'icu', seq: 3, critical: true },
    ]);
    expect([line.messages, line.bytes]).toEqual([0, 0]);
  });

  it('is taken in pieces of at most so many bytes, in which only a single entry may be larger', () => {
    const line = new SendQueue(format);
    for (const size of [4, 6, 5, 20, 3]) line.addFrame(Buffer.alloc(size, 'x'));
    const pieces: number[] = [];
    while (!line.isEmpty) pieces.push(line.take(10).length);
    expect(pieces).toEqual([10, 5, 20, 3]);
  });

  it('forgets a department whole, ranges included', () => {
    const line = new SendQueue(format);
    line.addEvent(event('icu', 1, false));
    line.addEvent(event('er', 7, true));
    line.addEvent(event('icu', 2, false));
    line.dropOldest();
    line.forget('icu');
    expect([line.messages, line.bytes]).toEqual([1, format.event(event('er', 7, true)).length]);
    expect(written(line)).toEqual([{ dept: 'er', seq: 7, critical: true }]);
  });

  it('whatever comes and goes: every department is gapless, nothing critical is missing, and the counts end at zero', () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('event' as const), dept: fc.constantFrom('icu', 'er', 'lab'), critical: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('frame' as const) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), most: fc.integer({ min: 1, max: 300 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const line = new SendQueue(format);
        const heads = new Map<string, number>();
        const critical: string[] = [];
        let out = '';
        let frames = 0;
        for (const one of steps) {
          if (one.kind === 'event') {
            const seq = (heads.get(one.dept) ?? 0) + 1;
            heads.set(one.dept, seq);
            if (one.critical) critical.push(`${one.dept} ${String(seq)}`);
            line.addEvent(event(one.dept, seq, one.critical));
          } else if (one.kind === 'frame') {
            line.addFrame(Buffer.from(`{"frame":${String(frames++)}}\n`));
          } else if (one.kind === 'drop') {
            line.dropOldest();
          } else if (!line.isEmpty) {
            out += line.take(one.most).toString();
          }
        }
        while (!line.isEmpty) out += line.take(100).toString();
        expect([line.messages, line.bytes, line.events, line.frames]).toEqual([0, 0, 0, 0]);
        const got = out
          .split('\n')
          .filter(Boolean)
          .map((text) => JSON.parse(text) as Written);
        const cursors = new Map<string, number>();
        const kept = new Set<string>();
        let nextFrame = 0;
        for (const one of got) {
          if ('frame' in one) {
            expect(one.frame).toBe(nextFrame++);
            continue;
          }
          const [from, to] = 'seq' in one ? [one.seq, one.seq] : [one.from, one.to];
          expect(from).toBe((cursors.get(one.dept) ?? 0) + 1);
          cursors.set(one.dept, to);
          if ('seq' in one) kept.add(`${one.dept} ${String(one.seq)}`);
        }
        expect(cursors).toEqual(heads);
        expect(nextFrame).toBe(frames);
        for (const name of critical) expect(kept.has(name)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
