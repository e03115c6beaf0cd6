import { createRequire } from 'node:module';
import { runCommand } from '../command/run-command.js';
import { say } from '../command/say.js';
import { describeMachine } from '../../simulate/measure/machine.js';
import { compareAppends } from './append-rounds.js';
import { type BenchDatabase, lendBenchDatabase } from './bench-database.js';
import { measureIdlePoll } from './idle-poll.js';
import { countLostEvents } from './lost-events.js';
import { type AppendOptions, readOptions, USAGE } from './options.js';
import { table, writeJson } from './report.js';

const LOST_EVENTS_LOAD = { departments: 4, writers: 24, seconds: 4 };
const IDLE_DEPARTMENTS = 1000;

async function measure(database: BenchDatabase, options: AppendOptions): Promise<boolean> {
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
  return true;
}

process.exitCode = await runCommand({
  usage: USAGE,
  read: readOptions,
  run: async (options, ends) => measure(await lendBenchDatabase(options.url, ends), options),
});
