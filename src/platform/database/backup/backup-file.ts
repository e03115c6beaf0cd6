import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip, type Gunzip, type Gzip } from 'node:zlib';

/** The form of the file. A program reads the forms that it knows. */
export const FORMAT = 1;

const NEWLINE = 10;
/** COPY's own mark of a table's end: no row of its text form is like it. */
const END_OF_ROWS = Buffer.from('\\.\n');
const END_BEHIND_A_ROW = Buffer.from('\n\\.\n');
/** The header and the last line; rows may be longer. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** The file is not a whole backup. The message says why, for an operator. */
export class BackupDamaged extends Error {
  override readonly name = 'BackupDamaged';
}

/** The disk or the folder of the file refuses. */
export class BackupFileFailed extends Error {
  override readonly name = 'BackupFileFailed';

  constructor(
    readonly step: 'made' | 'written' | 'opened' | 'read',
    path: string,
    cause: unknown,
  ) {
    super(`${path} cannot be ${step}: ${cause instanceof Error ? cause.message : 'refused'}`, { cause });
  }
}

/** The first line: where and when the data were read, and in which order the tables follow. */
export interface BackupHeader {
  readonly wardline_backup: number;
  /** The program that wrote it. */
  readonly wardline: string;
  /** The moment that the backup holds, ISO 8601. */
  readonly taken_at: string;
  readonly facility: string;
  /** The table of each history of migrations, and the names of those applied, oldest first. */
  readonly histories: Readonly<Record<string, readonly string[]>>;
  /** The newest `seq` of each department. */
  readonly heads: Readonly<Record<string, number>>;
  readonly audit_head: number;
  readonly tables: readonly BackupTable[];
  readonly sequences: readonly BackupSequence[];
}

/** A table by its quoted name, with the quoted names of the columns that a row has. */
export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface BackupSequence {
  readonly name: string;
  readonly last_value: string;
  readonly is_called: boolean;
}

/** The last line: how much there is, and the checksum of all that stands before it. */
interface BackupEnd {
  readonly rows: Readonly<Record<string, number>>;
  readonly sha256: string;
}

/** Writes a backup beside its place; the whole file then takes the place in one step. */
export class BackupWriter {
  private readonly hash = createHash('sha256');
  private readonly rows: Record<string, number> = {};

  private constructor(
    private readonly path: string,
    private readonly gzip: Gzip,
    private readonly file: WriteStream,
    private readonly written: Promise<void>,
  ) {}

  /** @throws BackupFileFailed */
  static async create(path: string): Promise<BackupWriter> {
    const handle = await open(partOf(path), 'w', 0o600).catch((error: unknown) => {
      throw new BackupFileFailed('made', path, error);
    });
    await handle.chmod(0o600);
    const gzip = createGzip({ level: 4, chunkSize: CHUNK_BYTES });
    const file = createWriteStream(partOf(path), { fd: handle, flush: true });
    const written = new Promise<void>((resolve, reject) => {
      pipeline(gzip, file, (error) => {
        if (error) reject(new BackupFileFailed('written', path, error));
        else resolve();
      });
    });
    written.catch(() => undefined);
    return new BackupWriter(path, gzip, file, written);
  }

  async header(header: BackupHeader): Promise<void> {
    await this.write(Buffer.from(`${JSON.stringify(header)}\n`));
  }

  /** One piece of a table's rows. @throws BackupFileFailed */
  async write(piece: Buffer): Promise<void> {
    this.hash.update(piece);
    if (!this.gzip.write(piece)) await Promise.race([this.drained(), this.written]);
  }

  async endTable(name: string, rows: number): Promise<void> {
    this.rows[name] = rows;
    await this.write(END_OF_ROWS);
  }

  /** The file is on disk, and has its name, when this resolves. @returns its size and the rows in it */
  async finish(): Promise<{ bytes: number; rows: number }> {
    const end: BackupEnd = { rows: this.rows, sha256: this.hash.digest('hex') };
    this.gzip.end(`${JSON.stringify(end)}\n`);
    await this.written;
    await rename(partOf(this.path), this.path).catch((error: unknown) => {
      throw new BackupFileFailed('made', this.path, error);
    });
    await syncDirectory(dirname(this.path));
    return { bytes: this.file.bytesWritten, rows: Object.values(this.rows).reduce((sum, rows) => sum + rows, 0) };
  }

  /** An error of the file is `written`'s to report. */
  private async drained(): Promise<void> {
    await once(this.gzip, 'drain').catch(() => this.written);
  }

  /** Nothing is left of it. */
  async abandon(): Promise<void> {
    this.gzip.destroy();
    await finished(this.file).catch(() => undefined);
    await unlink(partOf(this.path)).catch(() => undefined);
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Reads a backup from its start to its end, once. */
export class BackupReader {
  private readonly hash = createHash('sha256');
  private readonly chunks: AsyncIterator<Buffer, undefined>;
  private rest: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly path: string,
    private readonly gunzip: Gunzip,
  ) {
    this.chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  }

  /** @throws BackupFileFailed */
  static async open(path: string): Promise<BackupReader> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw new BackupFileFailed('opened', path, error);
    });
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    pipeline(createReadStream(path, { fd: handle }), gunzip, () => undefined);
    return new BackupReader(path, gunzip);
  }

  /** @throws BackupDamaged */
  async header(): Promise<BackupHeader> {
    const line = await this.line();
    this.hash.update(line);
    const header = asJson(line) as BackupHeader | undefined;
    if (typeof header?.wardline_backup !== 'number') throw new BackupDamaged('it is no backup of Wardline');
    return header;
  }

  /** The rows of the next table, in pieces of whole rows. @throws BackupDamaged */
  async *rows(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      if (this.rest.subarray(0, END_OF_ROWS.length).equals(END_OF_ROWS)) {
        this.hash.update(this.take(END_OF_ROWS.length));
        return;
      }
      const end = this.rest.indexOf(END_BEHIND_A_ROW);
      const whole = (end === -1 ? this.rest.lastIndexOf(NEWLINE) : end) + 1;
      if (whole > 0) {
        const piece = this.take(whole);
        this.hash.update(piece);
        yield piece;
      }
      if (end === -1) await this.fill();
    }
  }

  /** The last line, held against all that was read. @returns the rows of each table, as they were counted when the backup was made */
  async end(): Promise<Readonly<Record<string, number>>> {
    const end = asJson(await this.line()) as BackupEnd | undefined;
    if (typeof end?.rows !== 'object' || end.sha256 !== this.hash.digest('hex'))
      throw new BackupDamaged('its checksum is another one: the file was changed or damaged');
    if (this.rest.length > 0 || (await this.next()) !== undefined) throw new BackupDamaged('something follows its end');
    return end.rows;
  }

  /** Reads what is left, to the end, and keeps nothing of it. @throws BackupDamaged */
  async check(header: BackupHeader): Promise<void> {
    for (let n = 0; n < header.tables.length; n++) {
      const rows = this.rows();
      while ((await rows.next()).done !== true);
    }
    await this.end();
  }

  close(): void {
    this.gunzip.destroy();
  }

  private async line(): Promise<Buffer> {
    for (;;) {
      const end = this.rest.indexOf(NEWLINE);
      if (end !== -1) return this.take(end + 1);
      if (this.rest.length > MAX_LINE_BYTES) throw new BackupDamaged('it is no backup of Wardline');
      await this.fill();
    }
  }

  private take(length: number): Buffer {
    const taken = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return taken;
  }

  private async fill(): Promise<void> {
    const chunk = await this.next();
    if (chunk === undefined) throw new BackupDamaged('it ends too early');
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
  }

  /** Undefined at the end. */
  private async next(): Promise<Buffer | undefined> {
    try {
      return (await this.chunks.next()).value;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code?.startsWith('Z_') !== true) throw new BackupFileFailed('read', this.path, error);
      throw new BackupDamaged(code === 'Z_BUF_ERROR' ? 'it ends too early' : 'it is no backup of Wardline, or was damaged');
    }
  }
}

function asJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
