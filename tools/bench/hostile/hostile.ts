import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile } from '../append/statistics.js';
import { furnishWard } from '../cluster/ward.js';
import { UsageError } from '../client/invocation.js';
import { atMost, type Bench, type Outcome } from '../pipe/bench.js';
import { row } from '../pipe/report.js';
import { hireStaff } from '../pipe/ward/staff.js';
import { WardlineServer } from '../pipe/ward/wardline-server.js';
import { Child } from '../process/child.js';
import { type Attack, attacksOn } from './attacks.js';
import type { FloodTally } from './flood.js';
import type { AttackerAnswers } from './main.js';
import { type Pressed, PressingWard, type Share } from './pressing.js';
import { roundsAtMost } from './verdict.js';

const SECONDS = 2;
const PER_SECOND = 20;
const NURSES = 10;
const REST_MS = 100;
const GOAL_P99_MS = 100;

interface Round {
  readonly without: Pressed;
  readonly beside: Pressed;
  readonly answers: FloodTally;
}

interface Attacked {
  readonly attack: Attack;
  readonly rounds: Round[];
}

/** A ward that presses, with and without one cheap client at a time. The node has the limits of a hospital. */
export async function hostile(bench: Bench): Promise<Outcome> {
  const { options, database, say } = bench;
  const seconds = options.seconds ?? SECONDS;
  const ward = await furnishWard(database, { dept: 'hostile', nurses: NURSES });
  const [quietNurse = ''] = await hireStaff(database, { dept: 'quiet', count: 1, secure: false });
  const victims = { dept: ward.dept, nurse: ward.cookies[0] ?? '', quietDept: 'quiet', quietNurse };
  const attacks = attacksOn(victims).filter(({ name }) => options.only?.includes(name) ?? true);
  if (attacks.length === 0)
    throw new UsageError(
      `no attacker of that name: ${attacksOn(victims)
        .map(({ name }) => name)
        .join(', ')}`,
    );
  const server = await WardlineServer.start({ databaseUrl: database.url, tls: undefined, limits: {} });
  bench.atEnd(() => server.stop());
  const program = fileURLToPath(new URL('main.js', import.meta.url));
  const attacker = Child.start<AttackerAnswers>({ runtime: process.execPath, args: [program], env: {} });
  bench.atEnd(() => attacker.stop());
  const pressing = new PressingWard(server.port, ward.keys, PER_SECOND);
  const attacked: Attacked[] = attacks.map((attack) => ({ attack, rounds: [] }));
  try {
    await pressing.pressFor(1);
    for (let round = 0; round < options.rounds; round += 1) {
      for (const [index, { attack, rounds }] of attacked.entries()) {
        const without = await pressing.pressFor(seconds / 2);
        // An address of its own each time: what one attacker has used up must not shield the node from the next.
        const from = `127.0.${String(round + 1)}.${String(index + 1)}`;
        const flooding = attacker.ask('flood', { ...attack.flood, port: server.port, from, forMs: seconds * 1000 });
        const [beside, answers] = await Promise.all([pressing.pressFor(seconds), flooding]);
        rounds.push({ without, beside, answers });
        say(`round ${String(round + 1)}: ${attack.name}, p99 ${p99(without).toFixed(1)} → ${p99(beside).toFixed(1)} ms`);
        await sleep(REST_MS);
      }
    }
  } finally {
    pressing.close();
  }
  return {
    title: `hostile: ${String(PER_SECOND)} presses a second, ${String(seconds)} s with each attacker, ${String(options.rounds)} round(s), alternated`,
    lines: lines(attacked),
    settings: { seconds, per_second: PER_SECOND, rounds: options.rounds, wardline: server.settings },
    result: attacked.map(({ attack, rounds }) => ({ attacker: attack.name, connections: attack.flood.connections, rounds })),
    goals: attacked.flatMap(({ attack, rounds }) => [
      roundsAtMost(
        `${attack.name}: p99 in ms`,
        rounds.map(({ beside }) => p99(beside)),
        GOAL_P99_MS,
      ),
      atMost(`${attack.name}: probes of readiness that were not green`, notReady(rounds), 0),
    ]),
  };
}

/** A round in which nothing was answered is the worst. */
function p99({ answeredMs }: Pressed): number {
  return answeredMs.length === 0 ? Infinity : quantile(answeredMs, 0.99);
}

function notReady(rounds: readonly Round[]): number {
  return rounds.reduce((all, { beside: { ready } }) => all + ready.asked - ready.good, 0);
}

function sum(shares: readonly Share[]): string {
  const total = (pick: (share: Share) => number) => shares.reduce((all, share) => all + pick(share), 0);
  return `${String(total(({ good }) => good))}/${String(total(({ asked }) => asked))}`;
}

function lines(attacked: readonly Attacked[]): string[] {
  return [
    row('attacker', 'p50 without', 'p99 without', 'p50 with', 'p99 with', 'refused', 'ready', 'lamp', 'answered'),
    ...attacked.map(({ attack, rounds }) => {
      const times = (side: (round: Round) => Pressed) => rounds.flatMap((round) => side(round).answeredMs);
      const [without, beside] = [times((round) => round.without), times((round) => round.beside)];
      const ms = [without, beside].flatMap((all) => [quantile(all, 0.5), quantile(all, 0.99)]).map((value) => value.toFixed(1));
      const refused = rounds.reduce((all, round) => all + round.beside.refused, 0);
      const shares = [sum(rounds.map(({ beside: { ready } }) => ready)), sum(rounds.map(({ beside: { lamp } }) => lamp))];
      return `${row(attack.name, ...ms, String(refused), ...shares)}   ${answersOf(rounds)}`;
    }),
    '(ms of all rounds together; refused, ready and lamp are those with the attacker. Clients, attackers and PostgreSQL share the machine)',
  ];
}

function answersOf(rounds: readonly Round[]): string {
  const total = new Map<string, number>();
  for (const { answers } of rounds) for (const [what, count] of Object.entries(answers)) total.set(what, (total.get(what) ?? 0) + count);
  return [...total].map(([what, count]) => `${what}: ${String(count)}`).join(', ');
}
