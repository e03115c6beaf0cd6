import { expect, it } from 'vitest';
import { claimStatement } from './claim-query.js';

it('times the statement by which the engine claims what is due', () => {
  expect(claimStatement()).toMatchObject({ name: expect.stringMatching(/^claim_due_calls_/), values: [10] });
  expect(claimStatement().text).toContain('SKIP LOCKED');
});
