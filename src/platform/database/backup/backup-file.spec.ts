import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackupDamaged, BackupFileFailed, type BackupHeader, BackupReader, BackupWriter, FORMAT } from './backup-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardline-backup-'));
  path = join(folder, 'ward.gz');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Rows that are like the mark of a table's end, an empty table, and a row that is larger than any piece. */
const TABLES = new Map([
  ['likeness', '\\.x\n\\\\.\na\\.\n.\n'],
  ['empty', ''],
  ['large', `${'x'.repeat(700_000)}\n${'y\n'.repeat(300_000)}`],
  ['last', '1\t\\N\n'],
]);
const HEADER: BackupHeader = {
  wardline_backup: FORMAT,
  wardline: '0.0.0',
  taken_at: '2026-01-01T00:00:00.000Z',
  facility: 'Test',
  histories: {},
  heads: {},
  audit_head: 0,
  tables: [...TABLES.keys()].map((name) => ({ name, columns: ['a'] })),
  sequences: [],
};

async function write(): Promise<void> {
  const writer = await BackupWriter.create(path);
  await writer.header(HEADER);
  for (const [name, rows] of TABLES) {
    for (let at = 0; at < rows.length; at += 65_536) await writer.write(Buffer.from(rows.slice(at, at + 65_536)));
    await writer.endTable(name, rows.split('\n').length - 1);
  }
  await writer.finish();
}

async function read(): Promise<{ header: BackupHeader; tables: Map<string, string>; rows: Readonly<Record<string, number>> }> {
  const reader = await BackupReader.open(path);
  try {
    const header = await reader.header();
    const tables = new Map<string, string>();
    for (const { name } of header.tables) {
      let rows = '';
      for await (const piece of reader.rows()) {
        expect(piece.at(-1)).toBe(10);
        rows += piece.toString();
      }
      tables.set(name, rows);
    }
    return { header, tables, rows: await reader.end() };
  } finally {
    reader.close();
  }
}

describe('a backup file', () => {
  it('gives back what was written, is for its owner alone, and leaves nothing beside it', async () => {
    await write();
    expect(await read()).toEqual({ header: HEADER, tables: TABLES, rows: { likeness: 4, empty: 0, large: 300_001, last: 1 } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it('takes its place only when it is whole: until then the one before it is there', async () => {
    writeFileSync(path, 'before');
    const writer = await BackupWriter.create(path);
    await writer.header(HEADER);
    expect(readFileSync(path, 'utf8')).toBe('before');
    await writer.abandon();
    expect([readFileSync(path, 'utf8'), existsSync(`${path}.part`)]).toEqual(['before', false]);
    await write();
    expect((await read()).header).toEqual(HEADER);
  });

  it('is refused where it was cut, wherever that was', async () => {
    await write();
    const whole = readFileSync(path);
    for (const length of [0, 5, 40, Math.floor(whole.length / 2), whole.length - 9, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(
        read().then(() => length),
        `${String(length)} bytes`,
      ).rejects.toThrow(BackupDamaged);
    }
  });

  it('is refused where a byte of it is another one, also one that the compression does not mind', async () => {
    await write();
    const text = gunzipSync(readFileSync(path));
    const at = text.indexOf('xxxxx');
    text[at] = 'z'.charCodeAt(0);
    writeFileSync(path, gzipSync(text));
    await expect(read().then(() => 'read')).rejects.toThrow('its checksum is another one');
  });

  it('is refused where something follows its end', async () => {
    await write();
    writeFileSync(path, gzipSync(Buffer.concat([gunzipSync(readFileSync(path)), Buffer.from('more\n')])));
    await expect(read().then(() => 'read')).rejects.toThrow('something follows its end');
  });

  it.each([
    ['a text', Buffer.from('hello\n')],
    ['another compressed file', gzipSync('hello\n')],
    ['JSON of something else', gzipSync('{"hello":1}\n')],
  ])('is told from %s', async (_, content) => {
    writeFileSync(path, content);
    await expect(read().then(() => 'read')).rejects.toThrow('it is no backup of Wardline');
  });

  it('that cannot be made or opened is named with the reason', async () => {
    path = join(folder, 'missing', 'ward.gz');
    await expect(BackupWriter.create(path)).rejects.toThrow(BackupFileFailed);
    await expect(BackupReader.open(path)).rejects.toThrow(`${path} cannot be opened: ENOENT`);
  });
});
