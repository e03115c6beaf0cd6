import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfSignedPair } from '../../../src/platform/certificates/certificate.js';
import { lendBenchDatabase } from '../append/bench-database.js';
import { Ends } from '../command/ends.js';
import { runCommand } from '../command/run-command.js';
import { say } from '../command/say.js';
import type { FleetAnswers } from '../fleet/main.js';
import { clusterBus } from '../cluster/bus.js';
import { kernelMemory } from '../cluster/kernel-memory.js';
import { clusterRows } from '../cluster/rows.js';
import { clusterScreens } from '../cluster/screens.js';
import { commands } from '../commands/commands.js';
import { overload } from '../commands/overload.js';
import { history } from '../history/history.js';
import { hostile } from '../hostile/hostile.js';
import { lockedRow } from '../hostile/locked-row.js';
import { Child } from '../process/child.js';
import type { Bench, Outcome } from './bench.js';
import { burst, fanout } from './delivery/fanout.js';
import { steady } from './delivery/steady.js';
import { handshakes } from './handshakes.js';
import { idleMemory } from './idle-memory.js';
import { type BenchName, type BenchOptions, readOptions, type Transport, USAGE } from './options.js';
import { profiles } from './profiles.js';
import { reconnect } from './reconnect.js';
import { describeOrigin, table, writeJson } from './report.js';
import { stalledReader } from './delivery/stalled-reader.js';

const RUN: Readonly<Record<BenchName, (bench: Bench) => Promise<Outcome>>> = {
  fanout,
  burst,
  steady,
  'idle-memory': idleMemory,
  reconnect,
  handshakes,
  'stalled-reader': stalledReader,
  profiles,
  commands,
  history,
  overload,
  hostile,
  'locked-row': lockedRow,
  'cluster-screens': clusterScreens,
  'cluster-bus': clusterBus,
  'cluster-rows': clusterRows,
  'kernel-memory': kernelMemory,
};

/** The transports of some benches. They take minutes and run behind a proxy that ends TLS, or TLS does not matter to them. */
const PLAIN: readonly Transport[] = ['plain'];
const TRANSPORTS_OF: Readonly<Partial<Record<BenchName, readonly Transport[]>>> = {
  steady: PLAIN,
  'stalled-reader': PLAIN,
  profiles: PLAIN,
  commands: PLAIN,
  history: PLAIN,
  overload: PLAIN,
  hostile: PLAIN,
  'locked-row': PLAIN,
  'cluster-screens': PLAIN,
  'cluster-bus': PLAIN,
  'cluster-rows': PLAIN,
  'kernel-memory': PLAIN,
};
/** So do the rounds of this. */
const ROUNDS_OF: Readonly<Partial<Record<BenchName, number>>> = { 'stalled-reader': 1 };
const ROUNDS = 3;

function startFleet(ends: Ends): Child<FleetAnswers> {
  const program = fileURLToPath(new URL('../fleet/main.js', import.meta.url));
  const fleet = Child.start<FleetAnswers>({ runtime: process.execPath, args: [program], env: {} });
  ends.add(() => fleet.stop());
  return fleet;
}

async function runOne(name: BenchName, transport: Transport, options: BenchOptions, folder: string, ends: Ends): Promise<void> {
  await selfSignedPair(folder);
  const database = await lendBenchDatabase(options.url, ends);
  const tls = transport === 'tls' ? { cert: join(folder, 'tls', 'cert.pem'), key: join(folder, 'tls', 'key.pem') } : undefined;
  const rounds = options.rounds ?? ROUNDS_OF[name] ?? ROUNDS;
  const bench = {
    options: { ...options, rounds },
    transport,
    database,
    tls,
    startFleet: () => startFleet(ends),
    atEnd: ends.add.bind(ends),
    say,
  };
  const origin = describeOrigin(database);
  const outcome = await RUN[name](bench);
  process.stdout.write(`${table(outcome, origin)}\n`);
  say(`written to ${writeJson(options.out, `${name}-${transport}`, outcome, origin)}`);
}

async function runAll(options: BenchOptions, ends: Ends): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'wardline-bench-'));
  ends.add(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const name of options.benches) {
    for (const transport of options.transports ?? TRANSPORTS_OF[name] ?? ['plain', 'tls']) {
      const own = new Ends();
      ends.add(() => own.all());
      try {
        await runOne(name, transport, options, folder, own);
      } finally {
        await own.all();
      }
    }
  }
  return true;
}

process.exitCode = await runCommand({ usage: USAGE, read: readOptions, run: runAll });
