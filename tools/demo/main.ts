import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeTransport } from '@wardline/client/node';
import { readFirstRun, type FirstRun } from '../bench/client/first-run.js';
import { invocation, messageOf, UsageError } from '../bench/client/invocation.js';
import { resolveTarget } from '../bench/client/target.js';
import { seededRandom } from '../simulate/plan/random.js';
import { makeDemoLinks } from './demo-links.js';
import { DemoNurse } from './demo-nurse.js';
import { DemoStations } from './demo-stations.js';
import { signInHelp } from './sign-in-help.js';
import { ServerProcess } from './server-process.js';
import { WardLife } from './ward-life.js';

const TICK_MS = 1000;
const MOST_REPORTS = 20;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

interface Place {
  readonly url: string;
  readonly dataDir: string;
}

function placeOf(env: Readonly<Record<string, string | undefined>>): Place {
  const dataDir = env['DATA_DIR'] ?? join('var', 'demo');
  const scheme = env['REQUIRE_WSS'] === 'false' ? 'http' : 'https';
  return { dataDir, url: `${scheme}://127.0.0.1:${env['PORT'] ?? '8443'}` };
}

/** The first signal ends the demo in order. */
function stopOnSignal(): AbortController {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  return stop;
}

/** `nurse-1` of each department stays free for the visitor. */
function crewOf(firstRun: FirstRun, dept: string) {
  return firstRun.staff.filter(({ username, departments }) => departments.includes(dept) && /-nurse-[2-6]$/.test(username));
}

async function live({ url, dataDir }: Place, stop: AbortSignal, nurses: DemoNurse[]): Promise<void> {
  const firstRun = readFirstRun(dataDir);
  const { ca } = resolveTarget(url, dataDir, false).tls;
  const transport = nodeTransport(ca === undefined ? {} : { ca });
  const random = seededRandom(Date.now());
  let reports = 0;
  const report = (problem: string): void => {
    if ((reports += 1) <= MOST_REPORTS) process.stderr.write(`demo: ${problem}\n`);
  };
  try {
    const wards: WardLife[] = [];
    for (const dept of new Set(firstRun.stations.map((station) => station.dept))) {
      const crew: DemoNurse[] = [];
      for (const person of crewOf(firstRun, dept)) {
        stop.throwIfAborted();
        const nurse = await DemoNurse.comeOnDuty(url, ca, dept, person);
        nurses.push(nurse);
        crew.push(nurse);
      }
      const stations = firstRun.stations.filter((station) => station.dept === dept);
      wards.push(new WardLife(crew, new DemoStations(url, transport.fetch, stations), random, report));
    }
    process.stdout.write(signInHelp(url, firstRun, await makeDemoLinks(url, transport, firstRun)));
    while (!stop.aborted) {
      for (const ward of wards) ward.tick(performance.now());
      await sleep(TICK_MS, undefined, { signal: stop });
    }
  } finally {
    transport.close();
  }
}

async function demo(): Promise<void> {
  const { env } = invocation();
  const place = placeOf(env);
  const stop = stopOnSignal();
  const server = ServerProcess.start({ LOG_LEVEL: 'warn', ...env, DATA_DIR: place.dataDir });
  const nurses: DemoNurse[] = [];
  server.onEnd(() => {
    stop.abort();
  });
  try {
    await server.until(() => isReady(place), stop.signal);
    await live(place, stop.signal, nurses);
  } catch (error) {
    if (!stop.signal.aborted || server.ended) throw error;
  } finally {
    for (const nurse of nurses) nurse.leave();
    await server.stop();
  }
}

async function isReady({ url, dataDir }: Place): Promise<boolean> {
  const { ca } = resolveTarget(url, dataDir, false).tls;
  const transport = nodeTransport(ca === undefined ? {} : { ca });
  try {
    return (await transport.fetch(`${url}/readyz`, { signal: AbortSignal.timeout(TICK_MS) })).ok;
  } catch {
    return false; // not yet
  } finally {
    transport.close();
  }
}

try {
  await demo();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}
// Leftovers of a broken connection must not keep a finished demo alive.
setTimeout(() => process.exit(), 2000).unref();
