import { describe, expect, it } from 'vitest';
import { reaches } from './report.js';

describe('a goal of rounds', () => {
  it('is met when all reach it, and not met when none does', () => {
    expect(reaches([0.9, 0.8, 1.1], 0.8)).toBe(true);
    expect(reaches([0.1, 0.7], 0.8)).toBe(false);
  });

  it('is neither when rounds disagree: that is noise', () => {
    expect(reaches([0.9, 0.7, 0.8], 0.8)).toBeUndefined();
  });

  it('is not met without rounds', () => {
    expect(reaches([], 0.8)).toBe(false);
  });
});
