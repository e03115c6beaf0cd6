import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { UsageError } from '../bench/client/invocation.js';

const LOOK_MS = 300;
/** Longer than a drain with its limits. */
const STOP_MS = 60_000;

/** Wardline as `npm start` runs it, in a process group of its own: a Ctrl-C of the terminal reaches the demo alone, which then stops it. */
export class ServerProcess {
  private constructor(private readonly child: ChildProcess) {}

  static start(env: Readonly<Record<string, string | undefined>>): ServerProcess {
    const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'src', 'main.js')], { env, stdio: 'inherit', detached: true });
    return new ServerProcess(child);
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @throws UsageError where the server ends first: it has said why */
  async until(isReady: () => Promise<boolean>, stop: AbortSignal): Promise<void> {
    while (!(await isReady())) {
      if (this.ended) throw new UsageError('the server did not start');
      await sleep(LOOK_MS, undefined, { signal: stop });
    }
  }

  onEnd(listener: () => void): void {
    this.child.once('exit', listener);
  }

  /** In order, as on SIGTERM; killed only where that takes longer than its own limits. */
  async stop(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const limit = new AbortController();
    await Promise.race([exited, sleep(STOP_MS, undefined, { signal: limit.signal }).then(() => this.child.kill('SIGKILL'))]);
    limit.abort();
    await exited;
  }
}
