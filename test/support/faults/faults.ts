import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../../../src/platform/database/transactions.js';
import { statement } from '../../../src/platform/database/statement.js';

const HELD_UP_MS = 1000;
const MUCH = 8 * 2 ** 20;
const byHand = statement('test_by_hand', '/* by hand */ COMMIT');

/** One call of a faulty extension. */
export interface Faulty {
  /** The answer that is right. */
  good: () => unknown;
  /** Longer than the point waits; undefined where that would be too long for a test. */
  lateMs?: number;
  /** A write that must not do harm when it comes late. */
  write?: () => Promise<unknown>;
  tx?: Transaction;
}

function circle(): object {
  const one: Record<string, unknown> = { nonsense: 1 };
  one['self'] = one;
  return one;
}

/** An error without an end, of which nothing can be read. */
function endless(): Error {
  const error = new Error('x'.repeat(MUCH));
  error.cause = error;
  return error;
}

const unreadable = () =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('not to be read');
      },
      getPrototypeOf: () => {
        throw new Error('not to be asked');
      },
    },
  );

const hanging = new Set<() => void>();
/** Has no end but the test's. */
const hang = (): Promise<undefined> =>
  new Promise((resolve) => {
    hanging.add(() => {
      resolve(undefined);
    });
  });

/** Ends what hangs: a point that sends in order would spend its whole deadline on each of them. */
export function endHanging(): void {
  for (const end of hanging) end();
  hanging.clear();
}

/** Everything that an extension can do wrong, by the names of the table in the docs. */
export const FAULTS = {
  'throws at once': () => {
    throw new Error('a defect of the extension');
  },
  rejects: () => Promise.reject(new Error('a defect of the extension')),
  'throws no error': () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the fault
    throw unreadable();
  },
  'throws without end': () => Promise.reject(endless()),
  hangs: hang,
  'late, then writes': async ({ good, lateMs, write }) => {
    if (lateMs === undefined) return hang();
    await sleep(lateMs);
    await write?.();
    return good();
  },
  'answers nothing': () => undefined,
  'answers nonsense': circle,
  'names nobody': () => randomUUID(),
  'answers too much': () => 'x'.repeat(MUCH),
  'holds the loop up': ({ good }) => {
    const end = performance.now() + HELD_UP_MS;
    while (performance.now() < end);
    return good();
  },
  'ends the transaction': async ({ good, tx }) => {
    await tx?.query(byHand);
    return good();
  },
} as const satisfies Readonly<Record<string, (call: Faulty) => unknown>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** The fault that is on now. */
export const now: { fault: FaultName | undefined } = { fault: undefined };

/** Answers as it should, or as the fault has it. */
export function faulty(call: Faulty): never {
  const { fault } = now;
  return (fault === undefined ? call.good() : FAULTS[fault](call)) as never;
}
