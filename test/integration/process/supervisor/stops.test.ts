import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { signIn } from '../../../support/clients/client.js';
import { freePort } from '../../../support/servers/free-port.js';
import { type Program, run, runCommand } from '../../../support/servers/process.js';
import { sendSignal } from '../../../support/checks/signal.js';
import { gone, isAlive } from '../../../support/servers/supervised.js';
import type { FirstRun, TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

type Supervisor = 'on' | 'off';
type Runner = 'npm' | 'node';

/** One Wardline of the table, from its start to its end. */
interface Run {
  readonly program: Program;
  readonly target: TestWardline;
  readonly supervisor: Supervisor;
  readonly runner: Runner;
  readonly dataDir: string;
  /** The pid of the process that holds the port: the supervisor, or the node itself. */
  main(): number;
}

const root = mkdtempSync(join(tmpdir(), 'wardline-stops-'));
const START_MS = 60_000;

afterAll(() => {
  for (const lane of readdirSync(root)) {
    const place = join(root, lane, 'postgres');
    if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
  }
  rmSync(root, { recursive: true, force: true });
});

interface Proc {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Proc[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
    } catch {
      return []; // it has just ended
    }
  });
}

/** A process and all below it. */
function family(pid: number): Proc[] {
  const all = processes();
  const found = all.filter((one) => one.pid === pid);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

function start(lane: string, supervisor: Supervisor, runner: Runner, port: number): Run {
  const dataDir = join(root, lane);
  const env = { PORT: String(port), DATA_DIR: dataDir, SUPERVISOR: supervisor, LOG_FORMAT: 'json' };
  const program =
    runner === 'node'
      ? run('src/main.js', env)
      : runCommand('npm', ['start'], { ...env, HOME: root, npm_config_update_notifier: 'false' }, packageRoot());
  const target = { url: `https://127.0.0.1:${String(port)}` } as unknown as TestWardline;
  const isMain = ({ command }: Proc) => /dist\/src\/main\.js/.test(command) && !/^sh /.test(command);
  const main = () => {
    const found = family(program.child.pid!).find(isMain);
    if (!found) throw new Error('there is no main process');
    return found.pid;
  };
  return { program, target, supervisor, runner, dataDir, main };
}

async function ready({ program, target, dataDir }: Run): Promise<void> {
  await program.event('wardline.ready');
  Object.assign(target, {
    ca: readFileSync(join(dataDir, 'tls', 'cert.pem')),
    firstRun: JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun,
  });
}

/** A worker, or the node without a supervisor, that is at work on its start. */
async function starting(one: Run): Promise<void> {
  await one.program.event('embedded_postgres.started');
  if (one.supervisor === 'on') await eventually(() => startingWorker(one), 'a worker', START_MS);
}

function startingWorker(one: Run): number | undefined {
  return family(one.main()).find(({ command }) => command.includes('worker.js'))?.pid;
}

async function isRefused({ target }: Run): Promise<boolean> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(target.url);
    const socket = connectTcp(Number(port), hostname);
    socket.once('error', () => {
      resolve(true);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

/** Tried in a connection of its own, whose answer the drain waits for. */
async function slowRequest({ target }: Run): Promise<void> {
  const { connect } = await import('node:tls');
  const { hostname, port } = new URL(target.url);
  const socket = connect({ host: hostname, port: Number(port), ca: target.ca });
  socket.on('error', () => undefined);
  const body = '{"username":';
  await new Promise<void>((resolve) => {
    socket.write(
      `POST /api/v1/auth/login HTTP/1.1\r\nHost: ward\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n${body}`,
      () => {
        resolve();
      },
    );
  });
}

interface Way {
  readonly name: string;
  /** The combinations in which the case makes sense; all by default. */
  readonly only?: (supervisor: Supervisor, runner: Runner) => boolean;
  /** The state before; a node that is ready by default. */
  readonly before?: (one: Run) => Promise<void>;
  readonly act: (one: Run) => Promise<void> | void;
  /** The exit code of the process that was started; 0 by default. */
  readonly exit?: number | null | ((one: Run) => number | null);
  /** Nothing of a drain is looked for where nothing had begun, or where the end is at once. */
  readonly isDrained?: false;
}

const toGroup = (signal: NodeJS.Signals) => (one: Run) => {
  process.kill(-one.program.child.pid!, signal);
};
const toParent = (signal: NodeJS.Signals) => (one: Run) => {
  sendSignal(one.program.child.pid, signal);
};

const WAYS: readonly Way[] = [
  { name: 'SIGTERM to the process', act: toParent('SIGTERM') },
  { name: 'SIGINT to the process', act: toParent('SIGINT') },
  {
    name: 'SIGHUP to the process',
    // With a supervisor it replaces workers.
    only: (supervisor, runner) => runner === 'npm' || supervisor === 'off',
    act: toParent('SIGHUP'),
    // npm is ended by it.
    exit: ({ runner }) => (runner === 'npm' ? null : 0),
  },
  { name: 'SIGTERM to the whole group', act: toGroup('SIGTERM') },
  { name: 'Ctrl-C: SIGINT to the whole group, passed on by npm', act: toGroup('SIGINT') },
  {
    name: 'SIGHUP and SIGTERM to the whole group, as when a session ends',
    act: (one) => {
      toGroup('SIGHUP')(one);
      toGroup('SIGTERM')(one);
    },
    exit: ({ runner }) => (runner === 'npm' ? null : 0),
  },
  {
    name: 'SIGTERM to every process at once, those of the database too',
    act: (one) => {
      for (const { pid } of family(one.program.child.pid!).reverse()) sendSignal(pid, 'SIGTERM');
    },
  },
  {
    name: 'the same signal twice at once',
    only: (_, runner) => runner === 'node',
    act: (one) => {
      sendSignal(one.main(), 'SIGTERM');
      sendSignal(one.main(), 'SIGTERM');
    },
  },
  {
    name: 'POST /admin/drain',
    act: async ({ target }) => {
      expect((await (await signIn(target, 'admin')).post('/admin/drain')).status).toBe(202);
    },
  },
  { name: 'SIGTERM in the middle of the start', before: starting, act: toParent('SIGTERM'), isDrained: false },
  { name: 'SIGINT to the whole group in the middle of the start', before: starting, act: toGroup('SIGINT'), isDrained: false },
  {
    name: 'SIGTERM to every process in the middle of the start',
    only: (_, runner) => runner === 'node',
    before: starting,
    act: (one) => {
      for (const { pid } of family(one.program.child.pid!).reverse()) sendSignal(pid, 'SIGTERM');
    },
    isDrained: false,
  },
  {
    name: 'a worker is killed while it first starts, and then SIGTERM',
    only: (supervisor, runner) => supervisor === 'on' && runner === 'node',
    before: starting,
    act: async (one) => {
      const first = startingWorker(one);
      sendSignal(first, 'SIGKILL');
      await ready(one);
      expect(one.program.events('worker.crashed')).toMatchObject([{ worker: first, signal: 'SIGKILL' }]);
      toParent('SIGTERM')(one);
    },
  },
  {
    name: 'the supervisor is killed while a worker starts',
    only: (supervisor) => supervisor === 'on',
    before: starting,
    act: (one) => {
      sendSignal(one.main(), 'SIGKILL');
    },
    // npm ends as its child did.
    exit: null,
    isDrained: false,
  },
  {
    name: 'a second SIGTERM of a person, a second and more after the first',
    only: (_, runner) => runner === 'node',
    act: async (one) => {
      await slowRequest(one);
      sendSignal(one.main(), 'SIGTERM');
      await one.program.event('drain.told');
      await sleep(1100);
      sendSignal(one.main(), 'SIGTERM');
    },
    exit: 1,
    isDrained: false,
  },
];

async function tryWay(way: Way, lane: string, supervisor: Supervisor, runner: Runner): Promise<void> {
  const one = start(lane, supervisor, runner, await freePort());
  const { program } = one;
  try {
    await (way.before ?? ready)(one);
    const pids = family(program.child.pid!).map(({ pid }) => pid);
    const started = program.events('server.state').length;
    await way.act(one);
    const exit = typeof way.exit === 'function' ? way.exit(one) : way.exit === undefined ? 0 : way.exit;
    expect([way.name, await program.exited]).toEqual([way.name, exit]);
    for (const pid of pids) await gone(pid);
    expect(await isRefused(one)).toBe(true);
    expect(existsSync(join(realpathSync(join(one.dataDir, 'postgres')), 'data', 'postmaster.pid'))).toBe(false);
    if (way.isDrained === false) return;
    expect(program.events('drain.done')).toHaveLength(1);
    // Nothing was started in the middle of it.
    expect(
      program
        .events('server.state')
        .slice(Math.max(1, started))
        .map(({ state }) => state),
    ).not.toContain('running');
    expect(program.events('worker.replacing')).toEqual([]);
  } catch (error) {
    throw new Error(`${way.name}: ${String(error)}\n${program.stdout()}${program.stderr()}`, { cause: error });
  } finally {
    if (program.child.pid !== undefined) for (const { pid } of family(program.child.pid)) if (isAlive(pid)) sendSignal(pid, 'SIGKILL');
  }
}

describe('every way of stopping: nothing is left', () => {
  const lanes = (['on', 'off'] as const).flatMap((supervisor) => (['npm', 'node'] as const).map((runner) => [supervisor, runner] as const));

  it.concurrent.for(lanes)('SUPERVISOR=%s under %s', async ([supervisor, runner]) => {
    const failures: unknown[] = [];
    for (const way of WAYS) {
      if (way.only?.(supervisor, runner) === false) continue;
      await tryWay(way, `${supervisor}-${runner}`, supervisor, runner).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new Error(failures.map(String).join('\n\n'));
    expect(failures).toEqual([]);
  });
});
