import type { CallView } from '@wardline/client';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/plan/random.js';
import { planFor, typeOfPress } from './plan.js';

const call = (fields: Partial<CallView>): CallView => ({ state: 'pending', level: 0, priority: 0, ...fields }) as CallView;
const many = <T>(make: (random: () => number) => T): T[] => {
  const random = seededRandom(7);
  return Array.from({ length: 400 }, () => make(random));
};

describe('the plan of the demo ward', () => {
  it('accepts most calls before the first deadline, and lets some climb', () => {
    const plans = many((random) => planFor(call({}), random));
    const late = plans.filter((plan) => plan?.act === 'accept' && plan.afterMs > 90_000).length;
    const declined = plans.filter((plan) => plan?.act === 'decline').length;
    expect(late).toBeGreaterThan(20);
    expect(declined).toBeGreaterThan(10);
    expect(late + declined).toBeLessThan(150);
  });

  it('never leaves a call that has climbed, nor an urgent one, waiting for long', () => {
    for (const fields of [{ level: 1 }, { priority: 20 }]) {
      for (const plan of many((random) => planFor(call(fields), random))) {
        expect(plan?.act).toBe('accept');
        expect(plan?.afterMs).toBeLessThanOrEqual(25_000);
      }
    }
  });

  it('goes there, helps, and does nothing about a closed call', () => {
    const random = seededRandom(1);
    expect(planFor(call({ state: 'accepted' }), random)?.act).toBe('arrive');
    expect(planFor(call({ state: 'in_progress' }), random)?.act).toBe('complete');
    expect(planFor(call({ state: 'completed' }), random)).toBeUndefined();
  });

  it('presses what the station may raise', () => {
    expect(new Set(many((random) => typeOfPress('bathroom', random)))).toEqual(new Set(['patient_normal', 'bath_emergency']));
    expect(new Set(many((random) => typeOfPress('bedside', random))).size).toBe(5);
  });
});
