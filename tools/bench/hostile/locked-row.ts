import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { quantile } from '../append/statistics.js';
import { toApiError } from '../client/api-error.js';
import { HttpClient } from '../client/http-client.js';
import { furnishWard } from '../cluster/ward.js';
import type { Bench, Outcome } from '../pipe/bench.js';
import { row } from '../pipe/report.js';
import { WardlineServer } from '../pipe/ward/wardline-server.js';
import { type Pressed, PressingWard } from './pressing.js';
import { Taps } from './taps.js';
import { roundsAtMost } from './verdict.js';

const SECONDS = 3;
const PER_SECOND = 20;
const PEOPLE = 18;
const GOAL_RATIO = 1.5;

interface Round {
  readonly without: Pressed;
  readonly locked: Pressed;
}

/** One call's row is locked while its people tap it; the presses of another department are measured. */
export async function lockedRow(bench: Bench): Promise<Outcome> {
  const { options, database, say } = bench;
  const seconds = options.seconds ?? SECONDS;
  const tapped = await furnishWard(database, { dept: 'tapped', nurses: PEOPLE });
  const other = await furnishWard(database, { dept: 'other', nurses: PEOPLE });
  const server = await WardlineServer.start({ databaseUrl: database.url, tls: undefined, limits: {} });
  bench.atEnd(() => server.stop());
  const locker = await database.connect();
  bench.atEnd(() => locker.end());
  const [pressing, taps] = [new PressingWard(server.port, other.keys, PER_SECOND), new Taps(server.port, tapped.cookies)];
  const rounds: Round[] = [];
  try {
    await taps.signIn();
    await pressing.pressFor(1);
    for (let round = 0; round < options.rounds; round += 1) {
      const without = await pressing.pressFor(seconds);
      const callId = await raise(server.port, tapped.keys[round % tapped.keys.length] ?? '');
      const locked = await whileLocked(locker, callId, async () => {
        const tapping = taps.accept(callId, seconds * 1000);
        return { tapping, pressed: await pressing.pressFor(seconds) };
      });
      await locked.tapping;
      rounds.push({ without, locked: locked.pressed });
      say(`round ${String(round + 1)}: p50 ${p50(without).toFixed(1)} → ${p50(locked.pressed).toFixed(1)} ms`);
    }
  } finally {
    pressing.close();
    taps.close();
  }
  return {
    title: `locked-row: ${String(PEOPLE)} people tap one locked call for ${String(seconds)} s, ${String(options.rounds)} round(s), alternated`,
    lines: lines(rounds, taps.answers),
    settings: { seconds, per_second: PER_SECOND, people: PEOPLE, rounds: options.rounds, wardline: server.settings },
    result: { rounds, taps: taps.answers },
    goals: [
      roundsAtMost(
        'p50 with the lock ÷ without',
        rounds.map(({ without, locked }) => p50(locked) / p50(without)),
        GOAL_RATIO,
      ),
    ],
  };
}

function p50({ answeredMs }: Pressed): number {
  return answeredMs.length === 0 ? Infinity : quantile(answeredMs, 0.5);
}

async function raise(port: number, key: string): Promise<string> {
  const client = new HttpClient({ url: new URL(`http://127.0.0.1:${String(port)}`), tls: { rejectUnauthorized: true } });
  try {
    const headers = { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() };
    const answer = await client.send('POST', '/api/v1/stations/self/calls', { headers, body: { type: 'patient_normal' } });
    if (answer.status > 299) throw toApiError('the press of the call to be locked', answer);
    return (answer.body as { id: string }).id;
  } finally {
    client.close();
  }
}

async function whileLocked<T>(locker: pg.Client, callId: string, work: () => Promise<T>): Promise<T> {
  await locker.query('BEGIN');
  try {
    await locker.query('SELECT 1 FROM calls WHERE id = $1 FOR UPDATE', [callId]);
    return await work();
  } finally {
    await locker.query('COMMIT');
  }
}

function lines(rounds: readonly Round[], answers: Readonly<Record<string, number>>): string[] {
  const side = (name: string, pressed: readonly Pressed[]) => {
    const times = pressed.flatMap(({ answeredMs }) => answeredMs);
    const refused = pressed.reduce((all, one) => all + one.refused, 0);
    return row(name, quantile(times, 0.5).toFixed(1), quantile(times, 0.99).toFixed(1), String(refused));
  };
  return [
    row('presses of another department, ms', 'p50', 'p99', 'refused'),
    side(
      'without',
      rounds.map(({ without }) => without),
    ),
    side(
      'with the lock',
      rounds.map(({ locked }) => locked),
    ),
    `taps and their retries by status: ${JSON.stringify(answers)}`,
    '(clients and PostgreSQL share the machine)',
  ];
}
