import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { run } from '../../support/servers/process.js';
import { TEST_SECRET } from '../../support/wardline.js';

const HOSPITAL = `
import { Module } from '@nestjs/common';
import { defineHospital } from '${pathToFileURL(join(packageRoot(), 'dist/src/index.js')).href}';
class LoopModule { onModuleInit() { for (;;); } }
Module({})(LoopModule);
export default defineHospital({ name: 'loop', compatibility: '>=0.1.0', modules: [LoopModule] });
`;

const folder = mkdtempSync(join(tmpdir(), 'wardline-loop-'));
// Below the package, so that it finds Nest.
const file = join(packageRoot(), 'dist', `loop-${String(process.pid)}.mjs`);
let database: TestDatabase;

beforeAll(async () => {
  writeFileSync(file, HOSPITAL);
  database = await createTestDatabase('demo hospital');
});
afterAll(async () => {
  await database.drop();
  rmSync(file);
  rmSync(folder, { recursive: true });
});

describe('a module that holds the event loop up at the start', { timeout: 120_000 }, () => {
  it.concurrent.each(['on', 'off'])('ends it after half a minute with a line that names the module, SUPERVISOR=%s', async (SUPERVISOR) => {
    const env = {
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      SESSION_SECRETS: TEST_SECRET,
      REQUIRE_WSS: 'false',
      HOST: '127.0.0.1',
      PORT: '0',
      SUPERVISOR,
    };
    const program = run('src/main.js', env, ['start', '--hospital', file]);
    // Nobody but the process's own thread can end it, and that only by a signal.
    expect(await program.exited).toBe(SUPERVISOR === 'on' ? 1 : null);
    expect(program.stderr()).toBe('wardline: the start did not go on for 30 s, in module LoopModule\n');
    expect(program.events('wardline.start_stuck')).toMatchObject([{ silent_sec: 30, extension: 'module LoopModule' }]);
  });
});
