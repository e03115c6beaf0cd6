import { between, type Fault, type Lane } from './fault.js';

/** Forwards by more than a climb, backwards by less. */
const JUMP_SEC = [-4, 9] as const;
const SKEW_SEC = [-20, 60] as const;
/** A node's own clock may be anything. */
const NODE_SKEW_SEC = [-3600, 3600] as const;

/** From the present skew, and not too far from the right time. */
const MOVE = `UPDATE clock_skew SET skew = make_interval(secs => least($3, greatest($2, extract(epoch FROM skew)::float8 + $1)))
  RETURNING extract(epoch FROM skew)::float8 AS skew`;

const databaseJump: Fault = {
  name: 'clock-jump',
  async inject({ database }, random) {
    const bySec = between(JUMP_SEC, random);
    const rows = await database.query<{ skew: number }>(MOVE, [bySec, ...SKEW_SEC]).catch(() => []);
    return rows[0] && `the database's clock is ${rows[0].skew.toFixed(1)} s off`;
  },
};

const nodeJump: Fault = {
  name: 'node-clock-jump',
  inject: ({ cluster }, random) => {
    const slot = cluster.any(random);
    const bySec = between(NODE_SKEW_SEC, random);
    return Promise.resolve(slot.moveClock(bySec) ? `the clock of ${slot.name} is ${bySec.toFixed(0)} s off` : undefined);
  },
};

export const CLOCK: Lane = { name: 'clock', every: [1500, 4000], faults: [databaseJump, nodeJump] };
