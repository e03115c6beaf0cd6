import { atMost, type Bench, type Goal, type Outcome } from './bench.js';
import { row, whole } from './report.js';
import { simulate, startSimulatedHospital, type WardResult } from './ward/simulated-ward.js';

const PROFILES = ['S1', 'S2', 'S3'] as const;
type ProfileName = (typeof PROFILES)[number];

/** Milliseconds from the button to the screen. */
const GOALS: Readonly<Record<ProfileName, { readonly p50?: number; readonly p99?: number }>> = {
  S1: {},
  S2: { p50: 4, p99: 20 },
  S3: { p99: 50 },
};

interface Ran {
  readonly name: ProfileName;
  readonly result: WardResult;
}

/** Wards under load, one after another, on one server. */
export async function profiles(bench: Bench): Promise<Outcome> {
  const { options, transport } = bench;
  const server = await startSimulatedHospital(bench);
  const ran: Ran[] = [];
  for (const name of PROFILES.filter((profile) => options.only?.includes(profile) ?? true)) {
    ran.push({ name, result: await simulate(bench, server, name) });
  }
  return {
    title: `profiles, ${transport}: ${String(options.minutes)} minute(s) each, two stations a nurse`,
    lines: lines(ran),
    settings: { transport, minutes: options.minutes, wardline: server.settings },
    result: Object.fromEntries(ran.map(({ name, result }) => [name, result])),
    goals: ran.flatMap(goalsOf),
  };
}

function lostOf({ audit, streams }: WardResult): number {
  return (audit?.lost ?? Number.NaN) + streams.gaps;
}

function lines(ran: readonly Ran[]): string[] {
  return [
    row('button to screen, ms', 'presses', 'p50', 'p95', 'p99', 'max', 'errors', 'lost, gaps', 'server cores', 'RSS MB'),
    ...ran.map(({ name, result }) => {
      const { p50, p95, p99, max } = result.milliseconds.button_to_screen_each;
      const times = [p50, p95, p99, max].map((ms) => ms.toFixed(1));
      const { cpu_share: cores = Number.NaN, rss_mb: rss = Number.NaN } = result.server ?? {};
      const verdict = result.passed ? '' : `   FAILED: ${result.failures.join('; ')}`;
      const counts = [result.counts.errors, lostOf(result)].map(whole);
      return row(name, whole(result.counts.presses), ...times, ...counts, cores.toFixed(2), whole(rss)) + verdict;
    }),
    '(people, server and PostgreSQL share the machine)',
  ];
}

function goalsOf({ name, result }: Ran): Goal[] {
  const { p50, p99 } = result.milliseconds.button_to_screen_each;
  const goal = GOALS[name];
  return [
    ...(goal.p50 === undefined ? [] : [atMost(`${name}: p50 in ms`, p50, goal.p50)]),
    ...(goal.p99 === undefined ? [] : [atMost(`${name}: p99 in ms`, p99, goal.p99)]),
    atMost(`${name}: errors`, result.counts.errors, 0),
    atMost(`${name}: lost events and gaps`, lostOf(result), 0),
  ];
}
