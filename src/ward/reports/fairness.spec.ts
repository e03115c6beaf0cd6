import { describe, expect, it } from 'vitest';
import { spreadOf } from './fairness.js';

const nurse = (dispatched: number, hours: number) => ({
  staff_id: 'n',
  dispatched,
  accepted: 0,
  completed: 0,
  shift_seconds: hours * 3600,
  alarms: 0,
  alarms_per_hour: 0,
  repeats: 0,
  missed_receipts: 0,
});

describe('the spread of dispatched calls', () => {
  it('compares calls per hour on duty, not calls', () => {
    expect(spreadOf([nurse(16, 8), nurse(8, 4)])).toBe(0);
    expect(spreadOf([nurse(16, 8), nurse(8, 8), nurse(12, 8)])).toBe(1);
    expect(spreadOf([nurse(1, 3), nurse(0, 8)])).toBe(0.333);
  });

  it('leaves out who was on duty for less than an hour', () => {
    expect(spreadOf([nurse(8, 8), nurse(8, 8), nurse(1, 0.05), nurse(3, 0)])).toBe(0);
    expect(spreadOf([nurse(8, 8), nurse(2, 1)])).toBe(1);
  });

  it('is null with fewer than two to compare', () => {
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([nurse(8, 8), nurse(8, 0.5)])).toBeNull();
  });
});
