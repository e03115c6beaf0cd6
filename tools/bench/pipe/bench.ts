import type { BenchDatabase } from '../append/bench-database.js';
import { median } from '../append/statistics.js';
import type { FleetAnswers } from '../fleet/main.js';
import type { TlsFiles } from '../peers/peer.js';
import type { Child } from '../process/child.js';
import type { BenchOptions, Transport } from './options.js';

/** The parts that a bench works with. */
export interface Bench {
  readonly options: BenchOptions & { readonly rounds: number };
  readonly transport: Transport;
  readonly database: BenchDatabase;
  /** The pair that every server of this run has; undefined where it is plain. */
  readonly tls: TlsFiles | undefined;
  /** Starts a process of clients; ended with the bench. */
  readonly startFleet: () => Child<FleetAnswers>;
  /** Ends a process, or gives back something else, when the bench is over however it ends; the last first. */
  readonly atEnd: (end: () => Promise<void>) => void;
  readonly say: (line: string) => void;
}

/** The result of a bench. */
export interface Outcome {
  readonly title: string;
  readonly lines: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly value: number;
  /** At most. */
  readonly goal: number;
  readonly met: boolean | 'too noisy';
}

/** A figure that must not exceed its goal; one that could not be measured is not met. */
export function atMost(what: string, value: number, goal: number): Goal {
  return { what, value, goal, met: value <= goal };
}

/** The median of the rounds must not exceed the goal. Too noisy: their spread exceeds it. */
export function medianAtMost(what: string, rounds: readonly number[], goal: number): Goal {
  const value = median(rounds);
  const spread = Math.max(...rounds) - Math.min(...rounds);
  return { what, value, goal, met: spread > value ? 'too noisy' : value <= goal };
}
