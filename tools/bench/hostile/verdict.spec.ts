import { describe, expect, it } from 'vitest';
import { roundsAtMost } from './verdict.js';

describe('a goal over rounds', () => {
  it.each([
    ['all rounds are below it', [20, 30, 25], true],
    ['all rounds are above it', [150, 160, 170], false],
    ['rounds disagree', [90, 95, 110], 'too noisy'],
    ['the spread exceeds the median', [5, 10, 40], 'too noisy'],
    ['a round had no answer at all', [20, 30, Infinity], 'too noisy'],
    ['no round had an answer', [Infinity, Infinity], false],
  ])('%s', (_name, rounds, met) => {
    expect(roundsAtMost('p99', rounds, 100).met).toBe(met);
  });
});
