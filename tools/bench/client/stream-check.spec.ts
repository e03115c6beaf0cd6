import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamCheck } from './stream-check.js';

function started(seq = 10): StreamCheck {
  const check = new StreamCheck();
  check.snapshot(seq, 'e1');
  return check;
}

function faults(check: StreamCheck): number {
  return check.gaps + check.outOfOrder + check.steppedOver;
}

describe('StreamCheck', () => {
  it('is content with events that follow the snapshot one by one', () => {
    const check = started();
    expect([11, 12, 13].map((seq) => check.event(seq))).toEqual([true, true, true]);
    expect(faults(check)).toBe(0);
    expect(check).toMatchObject({ base: 10, last: 13, received: 3 });
  });

  it('counts a hole and how much is missing, once', () => {
    const check = started();
    check.event(11);
    expect(check.event(15)).toBe(false);
    check.event(16);
    expect(check).toMatchObject({ gaps: 1, missing: 3, last: 16 });
    expect(check.gapRanges).toEqual([{ from: 12, to: 14 }]);
  });

  it('takes a skipped range that stands exactly in the hole', () => {
    const check = started();
    check.event(11);
    check.skipped(12, 14);
    check.event(15);
    expect(faults(check)).toBe(0);
    expect(check).toMatchObject({ skippedEvents: 3, last: 15 });
  });

  it.each([
    ['leaves a part uncovered', 13, 14, { gaps: 1, missing: 1 }],
    ['covers what was received', 11, 14, { outOfOrder: 1 }],
    ['ends before it begins', 14, 12, { outOfOrder: 1 }],
  ])('objects to a skipped range that %s', (_, from, to, expected) => {
    const check = started();
    check.event(11);
    check.skipped(from, to);
    expect(check).toMatchObject(expected);
  });

  it('objects to repeats, to the past, and to events before the snapshot', () => {
    const check = new StreamCheck();
    check.event(1);
    check.snapshot(10, 'e1');
    check.event(11);
    check.event(11);
    check.event(9);
    expect(check.outOfOrder).toBe(3);
    expect(check.last).toBe(11);
  });

  it('goes on behind the last event after a resume', () => {
    const check = started();
    check.event(11);
    check.resumed(12);
    check.event(12);
    expect(faults(check)).toBe(0);
  });

  it('finds the hole of a resume that begins too late', () => {
    const check = started();
    check.resumed(13);
    check.event(13);
    expect(check).toMatchObject({ gaps: 1, missing: 2, last: 13 });
  });

  it('does not let a second snapshot of the same epoch hide what it steps over', () => {
    const check = started();
    check.event(11);
    check.snapshot(20, 'e1');
    expect(check.steppedOver).toBe(9);
  });

  it('starts anew with another epoch', () => {
    const check = started(500);
    check.snapshot(3, 'e2');
    check.event(4);
    expect(faults(check)).toBe(0);
    expect(check).toMatchObject({ base: 3, last: 4, epochChanges: 1 });
  });

  it('accounts for each number, whatever is left out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 })), (numbers) => {
        const check = new StreamCheck();
        check.snapshot(0, 'e1');
        for (const seq of [...numbers].sort((a, b) => a - b)) check.event(seq);
        expect(check.missing + check.received).toBe(Math.max(0, ...numbers));
        expect(check.outOfOrder).toBe(0);
      }),
    );
  });
});
