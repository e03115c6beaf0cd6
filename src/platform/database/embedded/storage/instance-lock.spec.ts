import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { acquireInstanceLock } from './instance-lock.js';

const folder = mkdtempSync(join(tmpdir(), 'wardline-lock-'));
/** Mounting is root's. */
const isSmall = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder], { stdio: 'ignore' }).status === 0;
if (!isSmall) process.stderr.write('SKIPPED: a full disk under the instance lock, for want of the right to mount one\n');

afterAll(() => {
  if (isSmall) spawnSync('umount', [folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true });
});

describe('the instance lock', () => {
  it.runIf(isSmall)('that found no room is not left behind: the same process has it once there is room again', async () => {
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(4096));
    const acquire = () => acquireInstanceLock(folder, folder, () => undefined);
    await expect(acquire()).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
    expect(readdirSync(folder)).toEqual(['ballast']);
    rmSync(ballast);
    const lock = await acquire();
    await expect(acquire()).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});
