import type { Random } from '../../simulate/plan/random.js';
import type { Cluster } from '../world/cluster.js';
import type { Ledger } from './ledger.js';
import type { Recorder } from './recorder.js';

/** The world of everybody in the ward. */
export interface WardWorld {
  readonly cluster: Cluster;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  /** One's own. */
  readonly random: Random;
  /** The end of the working day. */
  readonly signal: AbortSignal;
}
