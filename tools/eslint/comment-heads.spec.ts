import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import { commentHeads } from './comment-heads.mjs';

RuleTester.describe = describe;
RuleTester.it = it;

const refused = (code: string, head: string) => ({ code, errors: [{ messageId: 'head', data: { head } }] });

new RuleTester().run('comment-heads', commentHeads, {
  valid: [
    '/** Members of a department who are on duty. */ export const a = 1;',
    '// The person who accepted, and what they asked for.',
    '// A sentence over two lines.\n// It names where each begins.',
    '/** The number of rows.\n * @returns whether one was left. */ export const a = 1;',
    '/* What-if is a word of its own, and whatever, too. */',
  ],
  invalid: [
    refused('/** Who is on duty. */ export const a = 1;', 'Who'),
    refused('// What an event says.', 'What'),
    refused('/**\n * Of these the first. */ export const a = 1;', 'Of'),
    refused('/** A queue. Whoever comes first is served. */ export const a = 1;', 'Whoever'),
    refused('// A queue.\n// Where it ends, nobody waits.', 'Where'),
  ],
});
