import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const LOOK_MS = 50;
const CHUNK_BYTES = 64 * 1024;

/** Reads the lines that others append to a file, from its present end on. */
export class FileTail {
  private readonly file: number;
  private readonly chunk = Buffer.alloc(CHUNK_BYTES);
  private readonly decoder = new StringDecoder('utf8');
  private readonly timer: NodeJS.Timeout;
  private position: number;
  private rest = '';

  constructor(
    path: string,
    private readonly onLine: (line: string) => void,
  ) {
    this.file = openSync(path, 'r');
    this.position = fstatSync(this.file).size;
    this.timer = setInterval(() => {
      this.read();
    }, LOOK_MS);
  }

  /** Reads what is left. */
  close(): void {
    clearInterval(this.timer);
    this.read();
    closeSync(this.file);
  }

  private read(): void {
    for (;;) {
      const bytes = readSync(this.file, this.chunk, 0, CHUNK_BYTES, this.position);
      if (bytes === 0) return;
      this.position += bytes;
      const lines = (this.rest + this.decoder.write(this.chunk.subarray(0, bytes))).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) this.onLine(line);
    }
  }
}
