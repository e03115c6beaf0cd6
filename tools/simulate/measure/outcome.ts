import type { StreamCheck } from '../../bench/client/stream-check.js';
import type { AuditResult } from './audit.js';
import type { OwnCost } from './machine.js';
import type { Measurements } from './measurements.js';
import type { Nurse } from '../people/nurse.js';
import type { SimulateOptions } from '../plan/options.js';
import type { ServerCost } from './server-cost.js';

/** The readers' side of the proof, over all of them. */
export interface StreamTotals {
  readers: number;
  received: number;
  gaps: number;
  missing: number;
  outOfOrder: number;
  steppedOver: number;
  /** Events that the server left out for a slow screen, fetched from the log. */
  skippedEvents: number;
  epochChanges: number;
}

export interface RunFacts {
  readonly options: SimulateOptions;
  readonly pace: number;
  readonly url: string;
  readonly measuredSec: number;
  readonly interrupted: boolean;
  readonly measurements: Measurements;
  readonly streams: StreamTotals;
  readonly audit: AuditResult | undefined;
  readonly clearedBefore: number;
  readonly clearedAfter: number;
  readonly liveAtEnd: number;
  readonly client: OwnCost;
  readonly server: ServerCost | undefined;
  /** The server's limits as its administrator sees them. */
  readonly limits: unknown;
  readonly machine: unknown;
}

/** The counts of the clients themselves, and those of the events that they handed out. */
export function totalStreams(nurses: readonly Pick<Nurse, 'stream' | 'proof'>[]): StreamTotals {
  const sum = (pick: (stream: StreamCheck, proof: Nurse['proof']) => number): number =>
    nurses.reduce((total, { stream, proof }) => total + pick(stream, proof), 0);
  return {
    readers: nurses.length,
    received: sum((stream) => stream.received),
    gaps: sum((stream, proof) => stream.gaps + proof.gaps),
    missing: sum((stream) => stream.missing),
    outOfOrder: sum((stream, proof) => stream.outOfOrder + proof.duplicatesDropped),
    steppedOver: sum((stream) => stream.steppedOver),
    skippedEvents: sum((_stream, proof) => proof.skippedFetched),
    epochChanges: sum((stream) => stream.epochChanges),
  };
}

/** Why a run counts as failed; empty when it does not. Speed is reported, never judged here. */
export function failuresOf(facts: RunFacts): string[] {
  const { measurements, streams, audit, options } = facts;
  const failures: string[] = [];
  const must = (holds: boolean, otherwise: string): void => {
    if (!holds) failures.push(otherwise);
  };
  must(streams.gaps === 0, `${String(streams.gaps)} gaps in what the nurses received`);
  must(streams.outOfOrder === 0, `${String(streams.outOfOrder)} events repeated or out of order`);
  must(measurements.stopped.total === 0, `${String(measurements.stopped.total)} nurses were turned away`);
  must(
    measurements.errorRate <= options.profile.errorBound,
    `errors ${percent(measurements.errorRate)}, more than ${percent(options.profile.errorBound)}`,
  );
  must(measurements.created > 0 || facts.interrupted, 'no call was made at all');
  must(measurements.completed > 0 || facts.interrupted, 'no call was completed');
  if (audit === undefined) {
    failures.push('the audit against the server’s log could not be made');
    return failures;
  }
  must(audit.lost === 0, `${String(audit.lost)} events lost`);
  must(audit.logGaps === 0, `${String(audit.logGaps)} holes in the server’s log`);
  must(audit.mismatched === 0, `${String(audit.mismatched)} events shown that the log does not hold`);
  const unpaid = audit.acknowledgedWithoutEvent.length;
  must(unpaid === 0, `${String(unpaid)} acknowledged commands without their event`);
  return failures;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
