import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import { writeWhole } from '../../platform/system/write-whole.js';
import { DATABASE_SETTINGS } from '../../platform/config/config.module.js';
import type { DatabaseSettings } from '../../platform/config/settings/database.settings.js';
import type { ExpiredBatch } from './expiring-records.service.js';

const compress = promisify(gzip);
/** Files of a chain sort by name as they follow one another. */
const DIGITS = 12;

/** Keeps what is about to be purged: JSON lines, compressed, under `DATA_DIR/exports`, for whoever archives them. */
@Injectable()
export class Exports {
  constructor(@Inject(DATABASE_SETTINGS) private readonly settings: DatabaseSettings) {}

  /** Resolves when the file is on the disk, whole. Writing the same batch again writes the same file. */
  async write({ chain, first, last, lines }: ExpiredBatch): Promise<void> {
    const name = [first, last].map((place) => String(place).padStart(DIGITS, '0')).join('-');
    const file = join(this.settings.DATA_DIR, 'exports', chain, `${name}.jsonl.gz`);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeWhole(file, await compress(`${lines.join('\n')}\n`), 0o600);
  }
}
