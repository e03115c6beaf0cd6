import { createRequire } from 'node:module';
import { type BenchDatabase, createBenchDatabase } from '../append/bench-database.js';
import { invocation, messageOf, UsageError } from '../client/invocation.js';
import { describeMachine } from '../simulate/machine.js';
import { measureClaim } from './claim-query.js';
import { measureLateness } from './lateness-rounds.js';
import { type EscalationOptions, readOptions, USAGE } from './options.js';
import { isCorrect, table, writeJson } from './report.js';
import { seedWard } from './ward.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @returns whether every level happened exactly once */
async function measure(database: BenchDatabase, options: EscalationOptions): Promise<boolean> {
  const machine = describeMachine();
  const driver = (createRequire(import.meta.url)('pg/package.json') as { version: string }).version;
  say(`seeding ${String(options.open)} open calls`);
  await seedWard(database, options.open);
  const lateness = await measureLateness(database, { ...options, onRound: say });
  say(`the claim query, with ${String(options.closed)} closed calls`);
  const claim = await measureClaim(database, options.closed);
  const facts = { options, machine, server: database.server, driver, lateness, claim };
  process.stdout.write(`${table(facts)}\n`);
  writeJson(options.out, facts);
  say(`written to ${options.out}`);
  return isCorrect(facts);
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
    return (await measure(database, options)) ? 0 : EXIT_FAILED;
  } finally {
    await database.drop();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    say(isUsage ? `${error.message}\n${USAGE}` : messageOf(error));
    process.exitCode = isUsage ? EXIT_USAGE : EXIT_FAILED;
  },
);
