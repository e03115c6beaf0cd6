import { answerParent } from '../process/answers.js';
import { type Flood, flood } from './flood.js';

/** Attackers run in a process of their own: their work must not delay the clock of the presses. */
const ANSWERS = { flood: (one: Flood) => flood(one) } as const;

export type AttackerAnswers = typeof ANSWERS;

answerParent(ANSWERS);
