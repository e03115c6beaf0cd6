import { join } from 'node:path';
import { createClient } from '@wardline/client';
import { nodeTransport } from '@wardline/client/node';
import { explainConnection } from '../bench/client/socket/explain-connection.js';
import { findFirstRun } from '../bench/client/first-run.js';
import { HttpClient } from '../bench/client/http-client.js';
import { UsageError, invocation, messageOf } from '../bench/client/invocation.js';
import { Session } from '../bench/client/session.js';
import { isLoopback, resolveTarget, type Target } from '../bench/client/target.js';
import { CredentialStore } from './plan/credential-store.js';
import { USAGE, readOptions, type SimulateOptions } from './plan/options.js';
import { failuresOf } from './measure/outcome.js';
import { Progress } from './measure/progress.js';
import { table, writeJson } from './measure/report.js';
import { Seeder } from './plan/seeder.js';
import { Simulation } from './simulation.js';
import { planWards } from './plan/ward-plan.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const DEFAULT_URL = 'https://127.0.0.1:8443';

interface Place {
  readonly target: Target;
  readonly admin: { readonly username: string; readonly password: string };
}

function findPlace(options: SimulateOptions): Place {
  const firstRun = findFirstRun(options.dataDir);
  const target = resolveTarget(options.url ?? firstRun?.url ?? DEFAULT_URL, options.dataDir, options.insecure);
  if (!isLoopback(target.url)) {
    throw new UsageError(`${target.url.origin} is not this machine: a load simulation runs against 127.0.0.1 only`);
  }
  const admin = options.admin ?? firstRun?.admin;
  if (admin === undefined) {
    throw new UsageError(
      `no first-run.json in ${options.dataDir}: name the data directory with --data-dir, or an administrator with --admin-user and WARDLINE_ADMIN_PASSWORD`,
    );
  }
  return { target, admin };
}

async function signInAdmin(http: HttpClient, { target, admin }: Place): Promise<Session> {
  try {
    const session = await Session.signIn(http, admin.username, admin.password);
    if (session.role !== 'admin') throw new UsageError(`${admin.username} is no administrator`);
    return session;
  } catch (error) {
    throw explainConnection(error, target);
  }
}

function jsonFile(options: SimulateOptions): string {
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const name = `simulate-${options.profile.name}${options.short ? '-short' : ''}-${stamp}.json`;
  return options.jsonFile ?? join('bench', 'results', name);
}

/** The first Ctrl-C ends the run in order, the second at once. */
function stopOnSignal(progress: Progress): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
    progress.line('stopping in order; once more to stop at once');
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stop.signal;
}

async function simulate(options: SimulateOptions): Promise<number> {
  const place = findPlace(options);
  const { target } = place;
  const progress = new Progress();
  const stop = stopOnSignal(progress);
  if (options.insecure) {
    progress.line('the server’s certificate is NOT verified (--insecure)');
    // The client of a person has no such switch: Node's own holds for this process.
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  }
  const http = new HttpClient(target);
  const transport = nodeTransport(target.tls.ca ? { ca: target.tls.ca } : {});
  try {
    const admin = await signInAdmin(http, place);
    const wards = planWards(options.profile);
    const store = CredentialStore.open(options.dataDir, target.url);
    const newClient = () => createClient({ url: target.url.origin, fetch: transport.fetch, WebSocket: transport.WebSocket });
    const seeder = new Seeder(http, admin, newClient, store, progress, stop);
    const stations = await seeder.furnish(wards);
    const signedIn = await seeder.signInNurses(wards);
    if (stop.aborted) return EXIT_INTERRUPTED;
    const world = { options, target, http, admin, stations, signedIn, progress, stop };
    const facts = await new Simulation(world).run();
    const failures = failuresOf(facts);
    const file = jsonFile(options);
    writeJson(file, facts, failures);
    process.stdout.write(`${table(facts, failures)}written to ${file}\n`);
    await admin.send('POST', '/api/v1/auth/logout').catch(() => undefined);
    if (failures.length > 0) return EXIT_FAILED;
    return facts.interrupted ? EXIT_INTERRUPTED : 0;
  } finally {
    transport.close();
    http.close();
  }
}

async function main(): Promise<number> {
  try {
    const options = readOptions(invocation());
    if (options !== 'help') return await simulate(options);
    process.stdout.write(`${USAGE}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    if (error instanceof UsageError) return EXIT_USAGE;
    return EXIT_FAILED;
  }
}

process.exitCode = await main();
// Leftovers of a broken connection must not keep a finished run alive.
setTimeout(() => process.exit(), 2000).unref();
