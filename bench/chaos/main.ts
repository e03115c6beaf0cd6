import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchDatabase, createBenchDatabase } from '../append/bench-database.js';
import { invocation, messageOf, UsageError } from '../client/invocation.js';
import { describeMachine } from '../simulate/machine.js';
import { seededRandom } from '../simulate/random.js';
import { check, type Verdict } from './checker.js';
import { Cluster } from './cluster.js';
import { type FaultCounts, makeFaults } from './faults.js';
import { furnish, type Hospital } from './hospital.js';
import { readHistory } from './history.js';
import { Ledger } from './ledger.js';
import { type ChaosOptions, readOptions, USAGE } from './options.js';
import { pressButtons } from './patients.js';
import { Person } from './person.js';
import { table } from './report.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const PRESSERS = 3;
const REST_SEC = 15;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** People press and answer while nodes, connections and the clock fail. */
async function rage(
  database: BenchDatabase,
  cluster: Cluster,
  { stations, staff }: Hospital,
  ledger: Ledger,
  options: ChaosOptions,
): Promise<{ people: Person[]; faults: FaultCounts }> {
  const over = new AbortController();
  const random = (place: number) => seededRandom(options.seed * 1000 + place);
  const people: Person[] = [];
  for (const [n, employee] of staff.entries()) {
    people.push(await Person.come({ cluster, ledger, random: random(100 + n), signal: over.signal }, employee));
  }
  const started = performance.now();
  const trace = (line: string) => {
    if (options.trace) say(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const work = [
    ...Array.from({ length: PRESSERS }, (_, n) => pressButtons({ cluster, ledger, random: random(10 + n), signal: over.signal }, stations)),
    ...people.map((person) => person.work()),
  ];
  const faults = makeFaults({ database, cluster, randoms: [random(1), random(2), random(3)], signal: over.signal, trace });
  await sleep(options.seconds * 1000);
  over.abort();
  const counts = await faults;
  await cluster.start();
  await Promise.all(work);
  return { people, faults: counts };
}

/** Until nothing is overdue any more and every node says that it is ready. @returns what still is not as it should be */
async function comeToRest(database: BenchDatabase, cluster: Cluster): Promise<string[]> {
  const giveUpAt = performance.now() + REST_SEC * 1000;
  for (;;) {
    const [row] = await database.query<{ overdue: number }>(
      `SELECT count(*)::int AS overdue FROM calls WHERE next_escalation_at < app_now() - interval '1 second'`,
    );
    const states = await Promise.all(
      cluster.running.map((node) =>
        fetch(new URL('/readyz', node.url)).then(
          (r) => r.status,
          () => 0,
        ),
      ),
    );
    const isReady = states.every((status) => status === 200);
    if (row?.overdue === 0 && isReady) return [];
    if (performance.now() > giveUpAt)
      return [`after ${String(REST_SEC)} s of rest ${String(row?.overdue)} calls are overdue, /readyz answers ${states.join(', ')}`];
    await sleep(200);
  }
}

async function run(database: BenchDatabase, cluster: Cluster, options: ChaosOptions): Promise<Verdict> {
  const machine = describeMachine();
  const ledger = new Ledger();
  const hospital = await furnish(database);
  await cluster.start();
  say(`${String(options.nodes)} nodes, seed ${String(options.seed)}, ${String(options.seconds)} s of faults`);
  const { people, faults } = await rage(database, cluster, hospital, ledger, options);
  const unrest = await comeToRest(database, cluster);
  const verdict = check(await readHistory(database), ledger.acknowledged);
  for (const person of people) person.leave();
  const deaths = cluster.lastWords.map((words) => `a node ended by itself: ${words.slice(-1500)}`);
  await cluster.stop();
  const whole = { ...verdict, violations: [...verdict.violations, ...unrest, ...deaths] };
  process.stdout.write(
    `${table({ options, machine, server: database.server, ledger, faults, verdict: whole, complaints: cluster.complaints })}\n`,
  );
  return whole;
}

async function main(): Promise<number> {
  const options = readOptions(invocation().args);
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const database = await createBenchDatabase(options.url);
  const cluster = new Cluster(database.url, options.nodes);
  const interrupt = () => {
    say('interrupted, cleaning up');
    cluster.kill();
    void database.drop().finally(() => process.exit(EXIT_INTERRUPTED));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const { violations } = await run(database, cluster, options);
    return violations.length === 0 ? 0 : EXIT_FAILED;
  } finally {
    cluster.kill();
    await database.drop();
  }
}

main().then(
  // People's sockets and timers must not keep us.
  (code) => process.exit(code),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    say(isUsage ? `${error.message}\n${USAGE}` : messageOf(error));
    process.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
  },
);
