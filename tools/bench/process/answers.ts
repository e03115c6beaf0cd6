import { messageOf } from '../client/invocation.js';

/** The questions that a parent may ask a process; an answer may take its time. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

/** A question on its way to a child, and what comes back. */
export interface Question {
  readonly question: string;
  readonly id: number;
  readonly argument: unknown;
}
export type Answer = { readonly id: number } & ({ readonly answer: unknown } | { readonly failure: string });

function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'question' in message && 'id' in message;
}

async function answerTo({ question, id, argument }: Question, answers: Answers): Promise<Answer> {
  try {
    const known = answers[question];
    if (known === undefined) throw new Error(`nobody here answers "${question}"`);
    return { id, answer: await known(argument as never) };
  } catch (error) {
    return { id, failure: messageOf(error) };
  }
}

/** Answers the parent for as long as there is one; without it this process has no reason to be. */
export function answerParent(answers: Answers): void {
  process.on('message', (message: unknown) => {
    if (isQuestion(message)) void answerTo(message, answers).then((answer) => process.send?.(answer));
  });
  process.on('disconnect', () => process.exit());
}
