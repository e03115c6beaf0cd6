import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { asStation, request } from '../../support/clients/client.js';
import { run } from '../../support/servers/process.js';
import { readFirstRun } from '../../support/first-run-file.js';
import { eventually } from '../../support/eventually.js';

const disk = mkdtempSync(join(tmpdir(), 'wardline-disk-'));
const filler = join(disk, 'filler');

/** Takes all the room that is left. The database writes meanwhile, so the room is not known beforehand. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [1024 * 1024, 4096]) {
      const block = Buffer.alloc(size);
      try {
        for (;;) writeSync(file, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** Mounting is root's. */
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=0755', 'tmpfs', disk], { stdio: 'ignore' }).status === 0;
if (!isMounted) process.stderr.write('SKIPPED: a full disk under the data, for want of the right to mount one\n');

afterAll(() => {
  if (isMounted) spawnSync('umount', ['--lazy', disk], { stdio: 'ignore' });
  rmSync(disk, { recursive: true, force: true });
});

describe.runIf(isMounted)('a full disk under the data', () => {
  it('answers presses with UNAVAILABLE, is not ready and says so, and takes presses again when there is room', async () => {
    const dataDir = join(disk, 'var');
    const program = run('src/main.js', { PORT: '0', DATA_DIR: dataDir, SUPERVISOR: 'off' });
    try {
      const { url } = await program.event('wardline.ready');
      const wardline = readFirstRun(dataDir, url as string);
      const press = asStation(wardline, 'icu-101-bed');
      expect((await press('POST', '/calls', { type: 'patient_normal' })).status).toBe(201);

      fill(filler);
      const refused = await eventually(
        async () => {
          const answer = await press('POST', '/calls', { type: 'service_request' });
          // Writes into an existing segment of the log may still succeed.
          return answer.status >= 500 ? answer : undefined;
        },
        'a refused press',
        60_000,
      );
      expect(refused).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryable: true } } });
      await eventually(
        async () => ((await request(wardline, 'GET', '/readyz')).status === 503 ? true : undefined),
        'a red readiness',
        30_000,
      );
      expect((await request(wardline, 'GET', '/healthz')).body).toMatchObject({ db_ok: false });

      rmSync(filler);
      await eventually(
        async () => {
          const answer = await press('POST', '/calls', { type: 'service_request' });
          return answer.status < 300 ? true : undefined;
        },
        'presses that are taken again',
        60_000,
      );
      await eventually(async () => ((await request(wardline, 'GET', '/readyz')).status === 200 ? true : undefined), 'readiness');
    } finally {
      program.child.kill('SIGTERM');
      await program.exited;
      // A second try of this test starts on an empty disk.
      rmSync(filler, { force: true });
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
