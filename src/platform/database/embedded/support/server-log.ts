import { copyFile, open, readFile, rename, stat, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_BYTES = 8 * 1024 * 1024;
const CHECK_INTERVAL_MS = 60_000;
const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 20;

/**
 * The server's log, `server.log`, and what came before it, `server.log.1`. Written through a file descriptor that
 * Wardline opens, so that the server's account needs no right to the directory, and the server never waits for Wardline
 * to read what it says.
 */
export class ServerLog {
  readonly path: string;
  private readonly previousPath: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this.path = join(directory, 'server.log');
    this.previousPath = `${this.path}.1`;
  }

  /** Begins a new file for this start; the last start's stays readable as the previous one. */
  async begin(): Promise<void> {
    await rename(this.path, this.previousPath).catch(() => undefined);
    await (await this.openForChild()).close();
  }

  /** A descriptor for a child's output; the caller closes it once the child has it. Each write goes to the file's end. */
  openForChild(): Promise<FileHandle> {
    return open(this.path, 'a', 0o600);
  }

  /** The last lines, for an error message; empty when there are none. Never rejects. */
  async tail(): Promise<string> {
    const file = await open(this.path, 'r').catch(() => undefined);
    if (file === undefined) return '';
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
      return buffer.subarray(0, bytesRead).toString('utf8').trim().split('\n').slice(-TAIL_LINES).join('\n');
    } catch {
      return '';
    } finally {
      await file.close();
    }
  }

  /** True when the log of this start has the text. Never rejects. */
  async mentions(text: string): Promise<boolean> {
    return readFile(this.path, 'utf8').then(
      (log) => log.includes(text),
      () => false,
    );
  }

  /** From now on the two files together stay within 16 MiB, and what is logged in a minute. */
  keepBounded(): void {
    this.timer ??= setInterval(() => void this.bound(), CHECK_INTERVAL_MS).unref();
  }

  /** Ends {@link keepBounded}. */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async bound(): Promise<void> {
    try {
      if ((await stat(this.path)).size <= MAX_BYTES) return;
      // The server keeps its descriptor, so the file is emptied rather than moved; a line written in between is lost.
      await copyFile(this.path, this.previousPath);
      await truncate(this.path);
    } catch {
      // A full or vanished disk: the server's own errors show that better, and the next minute tries again.
    }
  }
}
