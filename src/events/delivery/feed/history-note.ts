import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { within } from '../../../platform/common/within.js';
import { DATABASE_SETTINGS } from '../../../platform/config/config.module.js';
import type { DatabaseSettings } from '../../../platform/config/settings/database.settings.js';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';
import { Logger } from '../../../platform/logging/logger.js';
import { writeWhole } from '../../../platform/system/write-whole.js';

/** A start, or an end, does not wait longer for a disk that does not answer. */
const DISK_MS = 2000;

const noteSchema = z.object({
  /** The epoch that the places were read under. Under another one, clients start from a snapshot anyway. */
  epoch: z.string(),
  heads: z.record(z.string(), z.object({ seq: z.int().positive(), hash: z.string() })),
});
type Note = z.infer<typeof noteSchema>;

/** Each head, and whether the log has another event, or none, at the place that was noted. */
const compare = statement(
  'compare_heads',
  `SELECT coalesce(s.dept_id, k.dept) AS dept, coalesce(s.last_seq, 0)::float8 AS head, encode(s.last_hash, 'hex') AS hash, k.seq::float8 AS noted,
     CASE WHEN k.seq IS NULL THEN false
       WHEN s.last_seq IS NULL OR s.last_seq < k.seq THEN true
       WHEN s.last_seq = k.seq THEN encode(s.last_hash, 'hex') <> k.hash
       WHEN s.purged_seq >= k.seq THEN false
       ELSE coalesce((SELECT encode(e.hash, 'hex') <> k.hash FROM events e WHERE e.dept_id = k.dept AND e.seq = k.seq), true)
     END AS "isOther"
   FROM dept_stream s FULL JOIN unnest($1::text[], $2::int8[], $3::text[]) AS k (dept, seq, hash) ON k.dept = s.dept_id`,
);

interface Compared extends Record<string, unknown> {
  dept: string;
  head: number;
  hash: string | null;
  noted: number | null;
  isOther: boolean;
}

/** A department whose log is not the one that was noted. */
export interface OtherHistory {
  readonly dept: string;
  readonly head: number;
  readonly noted: number;
}

/**
 * The node's own memory of the heads, in `DATA_DIR/log-heads.json`: a database that was put back does not know that it ever was further on. It may be
 * lost without harm, and no call waits for it.
 */
@Injectable()
export class HistoryNote {
  private note: Note | undefined;
  private written = '';
  private writing: Promise<void> | undefined;
  private isFailing = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    @Inject(DATABASE_SETTINGS) private readonly settings: Pick<DatabaseSettings, 'DATA_DIR'>,
  ) {}

  /** The note of the last run. One that is missing, broken or out of reach is none. */
  async load(): Promise<void> {
    const text = await within(readFile(this.file, 'utf8'), DISK_MS).catch(() => '');
    this.note = asNote(text);
  }

  /**
   * Compares the log with the note, and notes where the log is now.
   * @returns the departments whose log went back, also where it has grown past the noted place since
   */
  async look(epoch: string): Promise<OtherHistory[]> {
    const noted = Object.entries(this.note?.epoch === epoch ? this.note.heads : {});
    const values = [noted.map(([dept]) => dept), noted.map(([, { seq }]) => seq), noted.map(([, { hash }]) => hash)];
    const rows = await this.database.query<Compared>(compare, values, 'poller');
    const heads = rows.flatMap(({ dept, head: seq, hash }) => (seq > 0 && hash !== null ? [[dept, { seq, hash }] as const] : []));
    this.note = { epoch, heads: Object.fromEntries(heads) };
    this.keep(this.note);
    return rows.flatMap(({ dept, head, noted: place, isOther }) => (isOther ? [{ dept, head, noted: place ?? 0 }] : []));
  }

  /** A note that is being written is on the disk, or is given up. */
  async settled(): Promise<void> {
    await within(this.writing ?? Promise.resolve(), DISK_MS).catch(() => undefined);
  }

  /** Nobody waits: a disk that is full, or does not answer, costs the note and nothing else. */
  private keep(note: Note): void {
    const text = JSON.stringify(note);
    if (this.writing || text === this.written) return;
    this.writing = mkdir(this.settings.DATA_DIR, { recursive: true, mode: 0o700 })
      .then(() => writeWhole(this.file, text, 0o600))
      .then(
        () => {
          this.written = text;
          this.isFailing = false;
        },
        (error: unknown) => {
          if (!this.isFailing) this.logger.warn('log.heads_not_noted', { error });
          this.isFailing = true;
        },
      )
      .finally(() => {
        this.writing = undefined;
      });
  }

  private get file(): string {
    return join(this.settings.DATA_DIR, 'log-heads.json');
  }
}

function asNote(text: string): Note | undefined {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
