import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartRefused } from '../../common/start-refused.js';
import { readMigrationFiles } from './migration-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardline-migrations-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = () => readMigrationFiles({ name: 'st-jude', folder, table: 'migrations_st_jude' });
const write = (...files: string[]) => {
  for (const file of files) writeFileSync(join(folder, file), `-- additive\n-- ${file}`);
};
const PAIR = ['20260101120000-beds.up.sql', '20260101120000-beds.down.sql'];

describe('files of migrations', () => {
  it('are read with their way back; a text beside them is none', () => {
    write(...PAIR, 'README.md');
    expect(read()).toEqual([
      {
        stamp: '20260101120000',
        name: 'beds20260101120000',
        up: '-- additive\n-- 20260101120000-beds.up.sql',
        down: '-- additive\n-- 20260101120000-beds.down.sql',
        isAdditive: true,
      },
    ]);
  });

  it.each(['2026-beds.up.sql', '20260101120000_beds.up.sql', '20260101120000-Beds.up.sql', '20260101120000-beds.sql'])(
    'named %s are refused by their name',
    (file) => {
      write(...PAIR, file);
      expect(read).toThrow(StartRefused);
      expect(read).toThrow(`${join(folder, file)} is not named like a migration`);
    },
  );

  it('are refused without their way back, and so is a folder that is not there', () => {
    write('20260101120000-beds.up.sql');
    expect(read).toThrow(StartRefused);
    expect(read).toThrow(`${join(folder, '20260101120000-beds.down.sql')} is missing`);
    rmSync(folder, { recursive: true });
    expect(read).toThrow(`the migrations of st-jude are not there: ${folder}`);
  });
});
