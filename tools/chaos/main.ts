import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../bench/client/invocation.js';
import type { Ends } from '../bench/command/ends.js';
import { runCommand } from '../bench/command/run-command.js';
import { say } from '../bench/command/say.js';
import { describeMachine } from '../simulate/measure/machine.js';
import { breaches, check } from './checker/check.js';
import type { History } from './checker/history.js';
import { FAULT_NAMES, type FaultCounts, makeFaults } from './faults/make-faults.js';
import { type ChaosOptions, readOptions, usage } from './options.js';
import { gatherMeans } from './possible.js';
import { table, writeJson } from './report.js';
import { comeToRest, readAtRest } from './rest.js';
import { Ward } from './ward.js';
import { Cluster, ESCALATION_SEC, RECEIPT_SEC } from './world/cluster.js';
import type { ChaosDatabase } from './world/database.js';
import { openGivenDatabase } from './world/given-database.js';
import { furnish } from './world/hospital.js';
import { OwnPostgres } from './world/own-postgres.js';

/** As the nodes have it by default. */
const REPLAY_LIMIT = 1000;

/** People press and answer while everything fails. */
async function rage(
  ward: Ward,
  cluster: Cluster,
  options: ChaosOptions,
  world: Pick<Parameters<typeof makeFaults>[0], 'database' | 'ownDatabase' | 'logDisk' | 'redis' | 'redisNetwork'>,
  over: AbortController,
): Promise<FaultCounts> {
  await ward.open();
  const started = performance.now();
  const trace = (line: string) => {
    if (options.trace) say(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const work = ward.work();
  const holdMs = options.holdSec * 1000;
  const faults = makeFaults(
    { ...world, cluster, deaf: ward.deaf, holdMs, signal: over.signal, acknowledged: () => ward.ledger.acknowledged.length },
    options.faults,
    options.seed,
    trace,
  );
  await sleep(options.seconds * 1000);
  over.abort();
  const counts = await faults;
  await work;
  return counts;
}

/** @returns whether every rule held */
async function run(options: ChaosOptions, ends: Ends): Promise<boolean> {
  const { disk, logDisk, redis, redisNetwork, impossible } = await gatherMeans(options.faults, options.url !== undefined);
  ends.add(() => disk?.unmount());
  ends.add(() => logDisk?.unmount());
  ends.add(() => redis?.kill());
  ends.add(() => redisNetwork?.close());
  const ownDatabase = options.url === undefined ? await OwnPostgres.start(disk) : undefined;
  const database: ChaosDatabase = ownDatabase ?? (await openGivenDatabase(options.url ?? ''));
  ends.add(() => database.drop());
  if (options.logs !== undefined) mkdirSync(options.logs, { recursive: true });
  const hospital = await furnish(database);
  const cluster = await Cluster.start(
    options.nodes,
    { ...database.settings, ...(redisNetwork && { REDIS_URL: `redis://127.0.0.1:${String(redisNetwork.port)}` }) },
    { logs: options.logs, output: logDisk?.folder },
  );
  ends.add(() => cluster.kill());
  say(`${String(options.nodes)} nodes, seed ${String(options.seed)}, ${String(options.seconds)} s of faults`);

  const over = new AbortController();
  const ward = new Ward(cluster, hospital, options.seed, over.signal);
  const faults = await rage(ward, cluster, options, { database, ownDatabase, logDisk, redis, redisNetwork }, over);
  const rest = await comeToRest(database, cluster, ward);
  const audit = await ward.verifyAudit();
  // First nobody sees anything any more, then the log is read: what was seen is in what is read.
  await ward.close();
  const rules = { replayLimit: REPLAY_LIMIT, levelsSec: ESCALATION_SEC, receiptSec: RECEIPT_SEC };
  const stored = await readAtRest(database, rules);
  await cluster.stop();
  const { acknowledged, askedAgain } = ward.ledger;
  const history: History = {
    ...stored,
    ...rest,
    clients: ward.recorder.clients,
    people: ward.hearings,
    acknowledged,
    askedAgain,
    audit,
    incidents: [...rest.incidents, ...cluster.deaths],
    rules,
  };
  const verdict = check(history);
  const facts = {
    options,
    machine: describeMachine(),
    postgres: database.version,
    impossible,
    faults,
    ledger: ward.ledger,
    history,
    verdict,
  };
  const whole = { ...facts, complaints: cluster.complaints };
  process.stdout.write(`${table(whole)}\n`);
  writeJson(options.out, whole);
  if (options.history !== undefined) writeFileSync(options.history, JSON.stringify(history));
  say(`written to ${options.out}`);
  return breaches(verdict) === 0;
}

const exitCode = await runCommand({
  usage: usage(FAULT_NAMES),
  read: (args) => readOptions(args, FAULT_NAMES),
  run,
  explain: (error) => (error instanceof Error && error.stack) || messageOf(error),
});
// People's sockets and timers must not keep us.
process.exit(exitCode);
