import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfSignedPair } from '../../src/lifecycle/certificate.js';
import { type BenchDatabase, createBenchDatabase } from '../append/bench-database.js';
import { invocation, messageOf, UsageError } from '../client/invocation.js';
import type { FleetAnswers } from '../fleet/main.js';
import { Child } from '../process/child.js';
import type { Bench, Outcome } from './bench.js';
import { burst, fanout } from './fanout.js';
import { handshakes } from './handshakes.js';
import { idleMemory } from './idle-memory.js';
import { type BenchName, type BenchOptions, readOptions, type Transport, USAGE } from './options.js';
import { profiles } from './profiles.js';
import { reconnect } from './reconnect.js';
import { describeOrigin, table, writeJson } from './report.js';
import { stalledReader } from './stalled-reader.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

const RUN: Readonly<Record<BenchName, (bench: Bench) => Promise<Outcome>>> = {
  fanout,
  burst,
  'idle-memory': idleMemory,
  reconnect,
  handshakes,
  'stalled-reader': stalledReader,
  profiles,
};

/** These take minutes, and a proxy that ends TLS is how they are run. */
const TRANSPORTS_OF: Readonly<Partial<Record<BenchName, readonly Transport[]>>> = { 'stalled-reader': ['plain'], profiles: ['plain'] };
/** So do the rounds of this. */
const ROUNDS_OF: Readonly<Partial<Record<BenchName, number>>> = { 'stalled-reader': 1 };
const ROUNDS = 3;

/** What must be given back, the last first. */
class Ends {
  private readonly ends: (() => Promise<void>)[] = [];
  private ending: Promise<void> | undefined;

  add(end: () => Promise<void>): void {
    this.ends.push(end);
  }

  /** Who asks while it is under way waits for the same end: an interrupted bench fails, and both want to clean up. */
  all(): Promise<void> {
    this.ending ??= this.endAll().finally(() => (this.ending = undefined));
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (let end = this.ends.pop(); end; end = this.ends.pop()) {
      await end().catch((error: unknown) => {
        say(`cleaning up: ${messageOf(error)}`);
      });
    }
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function startFleet(ends: Ends): Child<FleetAnswers> {
  const program = fileURLToPath(new URL('../fleet/main.js', import.meta.url));
  const fleet = Child.start<FleetAnswers>({ runtime: process.execPath, args: [program], env: {} });
  ends.add(() => fleet.stop());
  return fleet;
}

async function runOne(name: BenchName, transport: Transport, options: BenchOptions, folder: string, ends: Ends): Promise<void> {
  await selfSignedPair(folder);
  const database: BenchDatabase = await createBenchDatabase(options.url);
  ends.add(() => database.drop());
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

async function main(): Promise<number> {
  const options = readOptions(invocation().args);
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'wardline-bench-'));
  const ends = new Ends();
  const interrupt = () => {
    say('interrupted, cleaning up');
    void ends.all().finally(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(EXIT_INTERRUPTED);
    });
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    for (const name of options.benches) {
      for (const transport of options.transports ?? TRANSPORTS_OF[name] ?? ['plain', 'tls']) {
        try {
          await runOne(name, transport, options, folder, ends);
        } finally {
          await ends.all();
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
