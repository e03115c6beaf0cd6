import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK_BYTES = 1024 * 1024;
const BLOCK_BYTES = 4096;

/** A file system in memory that is small enough to be filled. Mounting one is root's. */
export class SmallDisk {
  private constructor(
    readonly folder: string,
    private readonly ballast: string,
  ) {}

  /** @returns undefined where we may not mount */
  static mount(megabytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'wardline-chaos-disk-'));
    const options = `size=${String(megabytes)}m,mode=0755`;
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' }).status !== 0) {
      rmSync(folder, { recursive: true });
      return undefined;
    }
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o711 });
    return new SmallDisk(data, join(folder, 'ballast'));
  }

  /** Takes what is left, to the last block. @returns how many bytes that were */
  fill(): number {
    const file = openSync(this.ballast, 'w');
    let written = 0;
    try {
      for (let size = CHUNK_BYTES; size >= BLOCK_BYTES;) {
        try {
          const now = writeSync(file, Buffer.alloc(size));
          written += now;
          if (now < size) size = BLOCK_BYTES;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size /= 2;
        }
      }
    } finally {
      closeSync(file);
    }
    return written;
  }

  /** Gives it back. */
  empty(): void {
    rmSync(this.ballast, { force: true });
  }

  unmount(): void {
    const folder = join(this.folder, '..');
    spawnSync('umount', [folder], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  }
}
