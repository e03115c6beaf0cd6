import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../append/statistics.js';
import type { FleetAnswers } from '../fleet/main.js';
import type { Child } from '../process/child.js';
import type { Bench, Outcome } from './bench.js';
import { medianRatio } from './delivery/delivery-rounds.js';
import { startPeers, WARDLINE } from './delivery/delivery-sides.js';
import { row, whole } from './report.js';
import { type PeerName, type Side, WardlineSide } from './sides.js';
import { hireDepartments } from './ward/staff.js';
import { WardlineServer } from './ward/wardline-server.js';

const COUNT = { plain: 2000, tls: 800 };
const AT_ONCE = 32;
const PEOPLE = 1000;
const PEERS: readonly PeerName[] = ['ws', 'socket-io', 'bun'];
const REST_MS = 500;

interface Shaken {
  readonly side: Side;
  readonly perSecond: number[];
  readonly cpuUs: number[];
}

/** How many connections are made in a second, until the server has said hello, and what one costs it. */
export async function handshakes(bench: Bench): Promise<Outcome> {
  const { options, transport, tls, database, say } = bench;
  const count = COUNT[transport];
  const people = await hireDepartments(database, {
    prefix: `gate-${transport}`,
    departments: 1,
    count: PEOPLE,
    secure: transport === 'tls',
  });
  const server = await WardlineServer.start({ databaseUrl: database.url, tls });
  bench.atEnd(() => server.stop());
  const log = await database.connect();
  bench.atEnd(() => log.end());
  const own = new WardlineSide(WARDLINE, server, log, people.departments, people.cookies);
  const { sides, missing } = await startPeers(bench, PEERS);
  const fleet = bench.startFleet();
  const results: Shaken[] = [own, ...sides].map((side) => ({ side, perSecond: [], cpuUs: [] }));
  for (const { side } of results) await shake(fleet, side, Math.ceil(count / 2), tls?.cert);
  for (let round = 0; round < options.rounds; round += 1) {
    const turn = round % results.length;
    for (const result of [...results.slice(turn), ...results.slice(0, turn)]) {
      const { perSecond, cpuUs } = await shake(fleet, result.side, count, tls?.cert);
      result.perSecond.push(perSecond);
      result.cpuUs.push(cpuUs);
      say(`round ${String(round + 1)}: ${result.side.name} ${perSecond.toFixed(0)}/s, ${cpuUs.toFixed(0)} µs`);
    }
  }
  return {
    title: `handshakes, ${transport}: ${whole(count)} a round, ${String(AT_ONCE)} at once, ${String(options.rounds)} rounds a side, alternated`,
    lines: [...lines(results), ...missing],
    settings: { transport, count, at_once: AT_ONCE, rounds: options.rounds, people: PEOPLE, wardline: server.settings },
    result: results.map(({ side, perSecond, cpuUs }) => ({ side: side.name, per_second: perSecond, cpu_us: cpuUs })),
    goals: [],
  };
}

async function shake(fleet: Child<FleetAnswers>, side: Side, count: number, ca: string | undefined) {
  const { port, dialect, cookies, name } = side;
  await sleep(REST_MS);
  const before = await side.ask('usage');
  const upToHello = dialect === 'wardline' ? 'wardline hello' : dialect;
  const shaken = await fleet.ask('shakeHands', { place: { port, ca }, dialect: upToHello, count, atOnce: AT_ONCE, cookies });
  const { done, failed, seconds } = shaken;
  if (done !== count) throw new Error(`${String(done)} of ${String(count)} handshakes with ${name}: ${JSON.stringify(failed)}`);
  // The clean-up after connections is part of their cost.
  await sleep(REST_MS);
  const after = await side.ask('usage');
  return { perSecond: done / seconds, cpuUs: (after.cpu_us - before.cpu_us) / done };
}

function lines(results: readonly Shaken[]): string[] {
  const [ours] = results;
  return [
    row('handshakes, hang-up included', 'per second', 'CPU µs each', 'min', 'max', 'ours ÷ this'),
    ...results.map(({ side, perSecond, cpuUs }) => {
      const ratio = ours && side !== ours.side ? medianRatio(ours.cpuUs, cpuUs).toFixed(2) : '';
      const cells = [median(perSecond), median(cpuUs), Math.min(...cpuUs), Math.max(...cpuUs)].map(whole);
      return row(side.name, ...cells, ratio);
    }),
    '(clients and PostgreSQL share the machine; Wardline checks a signed session cookie and looks the session up, and keeps who is connected in the',
    'database; the peers know nobody)',
  ];
}
