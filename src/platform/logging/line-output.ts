import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** Most that waits for a reader that is behind. */
const MAX_WAITING_BYTES = 1024 * 1024;
const RETRY_MS = 20;
/** For the last lines of a process. */
const AT_EXIT_MS = 100;
const NEWLINE = Buffer.from('\n');

/** @returns how many bytes were taken; throws what the system answered */
type Take = (bytes: Buffer) => number;

/**
 * Lines to standard output or error that neither block nor end the process, at its exit neither. A disk that is full, a terminal that is
 * stopped, a reader that is gone or does not read: they cost lines, which are counted.
 */
export class LineOutput {
  /** Lines that were lost since the start. */
  lost = 0;
  /** Lines that the supervisor of this worker lost, by its last word. */
  lostBySupervisor = 0;
  /** Called after the first line that went out since lines were lost, with how many these were. */
  onRecovered: ((lines: number) => void) | undefined;
  private readonly take: Take;
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  /** The line of which a part is out, and how much of it. */
  private begun: Buffer | undefined;
  private begunBytes = 0;
  /** The last that went out is a part of a line. */
  private isTorn = false;
  private reported = 0;

  constructor(descriptor: 1 | 2) {
    this.take = takerOf(descriptor);
    process.once('exit', () => {
      this.flushAtExit();
    });
  }

  /** @param line with its newline */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.lost += 1;
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.timer === undefined) this.flush();
  }

  /** @returns whether nothing waits any more */
  private flush(): boolean {
    for (let line = this.waiting[0]; line; line = this.waiting[0]) {
      const outcome = this.push(line);
      if (outcome === 'later') {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.flush();
        }, RETRY_MS).unref();
        return false;
      }
      this.waiting.shift();
      this.waitingBytes -= line.length;
      if (outcome === 'lost') this.lost += 1;
      else if (this.lost > this.reported) this.report();
    }
    return true;
  }

  private push(line: Buffer): 'out' | 'later' | 'lost' {
    try {
      // The line after a part of a lost line begins on a line of its own.
      if (this.isTorn && line !== this.begun) {
        if (this.take(NEWLINE) === 0) return 'later';
        this.isTorn = false;
      }
      let out = line === this.begun ? this.begunBytes : 0;
      while (out < line.length) {
        const taken = this.take(line.subarray(out));
        if (taken === 0) return 'later';
        out += taken;
        this.begun = line;
        this.begunBytes = out;
        this.isTorn = out < line.length;
      }
      this.begun = undefined;
      return 'out';
    } catch {
      this.begun = undefined;
      return 'lost';
    }
  }

  private report(): void {
    const lines = this.lost - this.reported;
    this.reported = this.lost;
    // Not from within a line.
    setImmediate(() => this.onRecovered?.(lines));
  }

  private flushAtExit(): void {
    const deadline = performance.now() + AT_EXIT_MS;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    while (!this.flush() && performance.now() < deadline) Atomics.wait(pause, 0, 0, RETRY_MS);
  }
}

/** How to write to a descriptor without waiting. */
function takerOf(descriptor: 1 | 2): Take {
  const kind = fstatSync(descriptor);
  // A file takes at once, or says that it cannot. Opened once more it would be written from its beginning.
  if (kind.isFile()) return direct(descriptor);
  try {
    // A descriptor of our own: non-blocking mode belongs to the open file, which other processes may have inherited.
    return direct(openSync(`/proc/self/fd/${String(descriptor)}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY));
  } catch {
    // A socket (the journal), or a pipe of another account (a container's).
  }
  try {
    return throughSocket(new Socket({ fd: descriptor, readable: false, writable: true }));
  } catch {
    return direct(descriptor);
  }
}

function direct(descriptor: number): Take {
  return (bytes) => {
    for (;;) {
      try {
        return writeSync(descriptor, bytes);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') return 0;
        if (code !== 'EINTR') throw error;
      }
    }
  };
}

function throughSocket(socket: Socket): Take {
  let problem: Error | undefined;
  socket.on('error', (error) => (problem = error));
  socket.unref();
  return (bytes) => {
    if (problem) throw problem;
    if (socket.writableLength > 0) return 0;
    socket.write(bytes);
    return bytes.length;
  };
}

const outputs = new Map<1 | 2, LineOutput>();

/** Standard output (1) or error (2) of this process: one of each, so that lines keep their order. */
export function lineOutput(descriptor: 1 | 2): LineOutput {
  const output = outputs.get(descriptor) ?? new LineOutput(descriptor);
  outputs.set(descriptor, output);
  return output;
}
