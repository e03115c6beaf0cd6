import { createRequire } from 'node:module';
import { invocation, messageOf, UsageError } from '../client/invocation.js';
import { describeMachine } from '../simulate/machine.js';
import { compareAppends } from './append-rounds.js';
import { type BenchDatabase, createBenchDatabase } from './bench-database.js';
import { measureIdlePoll } from './idle-poll.js';
import { countLostEvents } from './lost-events.js';
import { type AppendOptions, readOptions, USAGE } from './options.js';
import { table, writeJson } from './report.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const LOST_EVENTS_LOAD = { departments: 4, writers: 24, seconds: 4 };
const IDLE_DEPARTMENTS = 1000;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure(database: BenchDatabase, options: AppendOptions): Promise<void> {
  const machine = describeMachine();
  const driver = (createRequire(import.meta.url)('pg/package.json') as { version: string }).version;
  const names = Array.from({ length: options.departments }, (_, n) => `ward-${String(n + 1).padStart(2, '0')}`);
  await database.query('INSERT INTO departments (id, name) SELECT id, id FROM unnest($1::text[]) id', [names]);
  const comparison = await compareAppends(database, { ...options, departments: names, onRound: say });
  say('polling while transactions commit, in both ways');
  const lostEvents = await countLostEvents(database, LOST_EVENTS_LOAD);
  say('idle polls');
  const idlePoll = await measureIdlePoll(database, Math.max(IDLE_DEPARTMENTS, options.departments + LOST_EVENTS_LOAD.departments));
  const facts = { options, machine, server: database.server, driver, comparison, lostEvents, idlePoll };
  process.stdout.write(`${table(facts)}\n`);
  writeJson(options.out, facts);
  say(`written to ${options.out}`);
}

async function main(): Promise<number> {
  const options = readOptions(invocation().args);
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const database = await createBenchDatabase(options.url);
  const interrupt = () => {
    say('interrupted, cleaning up');
    void database.drop().finally(() => process.exit(EXIT_INTERRUPTED));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await measure(database, options);
  } finally {
    await database.drop();
  }
  return 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    say(isUsage ? `${error.message}\n${USAGE}` : messageOf(error));
    process.exitCode = isUsage ? EXIT_USAGE : EXIT_FAILED;
  },
);
