import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { sendSignal } from '../../support/checks/signal.js';
import { soon } from '../../support/eventually.js';

const folder = join(mkdtempSync(join(tmpdir(), 'wardline-container-')), 'var');
const UNSHARE = ['--pid', '--fork', '--mount-proc'];
const canUnshare = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

afterAll(() => {
  const place = join(folder, 'postgres');
  if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

/** As the container's process 1: in a process namespace of its own. */
function asProcessOne(env: Record<string, string>) {
  const child = spawn('unshare', [...UNSHARE, join(packageRoot(), 'deploy', 'docker', 'entrypoint.sh')], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, exited, said: () => said, saying: (what: string) => soon(() => expect(said).toContain(what)) };
}

/** The process that `unshare` has started, as it is known out here. */
function childOf(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim());
}

describe.skipIf(!canUnshare)('process 1 of a container', () => {
  it("is node itself, without a supervisor, with V8's limit from MAX_MEMORY_MB, and stops in order on SIGTERM", async () => {
    const container = asProcessOne({ MAX_MEMORY_MB: '512' });
    await container.saying('"event":"wardline.ready"');
    const pid = childOf(container.child.pid);
    const commandLine = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
    expect(commandLine.slice(1, 3)).toEqual(['--max-old-space-size=460', 'dist/src/main.js']);
    expect(container.said()).not.toContain('"worker":');
    expect(container.said()).not.toContain('memory.heap_limit');
    sendSignal(pid, 'SIGTERM');
    expect(await container.exited).toBe(0);
    expect(container.said()).toContain('"state":"stopped"');
  });

  it('hears SIGTERM while it starts', async () => {
    const container = asProcessOne({});
    await container.saying('embedded_postgres.started');
    sendSignal(childOf(container.child.pid), 'SIGTERM');
    expect(await container.exited).toBe(0);
  });

  it('ends with 78 for wrong settings', async () => {
    const container = asProcessOne({ MAX_MEMORY_MB: 'much' });
    expect(await container.exited).toBe(78);
    expect(container.said()).toMatch(/^MAX_MEMORY_MB: /);
  });
});
