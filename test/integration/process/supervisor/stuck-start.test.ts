import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { createTestDatabase, type TestDatabase } from '../../../support/servers/database.js';
import { eventually } from '../../../support/eventually.js';
import { type Program, run } from '../../../support/servers/process.js';
import { gone } from '../../../support/servers/supervised.js';
import { TEST_SECRET } from '../../../support/wardline.js';

/** The class of a module that hangs in a hook, and one whose provider hangs in its constructor, in line 7. */
const hospitalOf = (classes: string) => `
import { Module } from '@nestjs/common';
import { defineHospital } from '${pathToFileURL(join(packageRoot(), 'dist/src/index.js')).href}';
${classes}
export default defineHospital({ name: 'loop', compatibility: '>=0.1.0', modules: [LoopModule] });
`;
const HOSPITALS = {
  hook: hospitalOf('class LoopModule { onModuleInit() { for (;;); } }\nModule({})(LoopModule);'),
  provider: hospitalOf(
    'class LoopModule {}\nclass LoopService {\n  constructor() {\n    for (;;);\n  }\n}\nModule({ providers: [LoopService] })(LoopModule);',
  ),
  import: '\nfor (;;);\n',
};

const folder = mkdtempSync(join(tmpdir(), 'wardline-loop-'));
// Below the package, so that it finds Nest.
const fileOf = (name: keyof typeof HOSPITALS) => join(packageRoot(), 'dist', `loop-${name}-${String(process.pid)}.mjs`);
let database: TestDatabase;

beforeAll(async () => {
  for (const name of ['hook', 'provider', 'import'] as const) writeFileSync(fileOf(name), HOSPITALS[name]);
  database = await createTestDatabase('demo hospital');
});
afterAll(async () => {
  await database.drop();
  for (const name of ['hook', 'provider', 'import'] as const) rmSync(fileOf(name));
  rmSync(folder, { recursive: true });
});

function start(hospital: keyof typeof HOSPITALS, SUPERVISOR: string): Program {
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    SESSION_SECRETS: TEST_SECRET,
    REQUIRE_WSS: 'false',
    HOST: '127.0.0.1',
    PORT: '0',
    SUPERVISOR,
  };
  return run('src/main.js', env, ['start', '--hospital', fileOf(hospital)]);
}

/** The direct children of a process; undefined while it has none. */
function childrenOf(pid: number | undefined): [number, ...number[]] | undefined {
  const [first, ...others] = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
  return first === undefined ? undefined : [first, ...others];
}

describe('a part of a hospital’s own that holds the event loop up at the start', () => {
  it.concurrent.each(['on', 'off'])('is a module: a line names it after half a minute, SUPERVISOR=%s', async (SUPERVISOR) => {
    const program = start('hook', SUPERVISOR);
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toBe('wardline: the start did not go on for 30 s, in module LoopModule\n');
    expect(program.events('wardline.start_stuck')).toMatchObject([{ silent_sec: 30, extension: 'module LoopModule' }]);
  });

  it.concurrent.each(['on', 'off'])('is a constructor: the line names its class, file and line, SUPERVISOR=%s', async (SUPERVISOR) => {
    const program = start('provider', SUPERVISOR);
    const place = `LoopService (${fileOf('provider')}:7)`;
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toBe(`wardline: the start did not go on for 30 s, in ${place}\n`);
    expect(program.events('wardline.start_stuck')).toMatchObject([{ silent_sec: 30, extension: place }]);
  });

  it.concurrent.each([
    ['on', 60],
    ['off', 30],
  ])('is the file itself: the start is refused with its name, SUPERVISOR=%s', async (SUPERVISOR, seconds) => {
    const program = start('import', SUPERVISOR);
    expect(await program.exited).toBe(78);
    expect(program.stderr()).toBe(`${fileOf('import')}: cannot be loaded: not done within ${String(seconds)} s\n`);
  });

  it('is the file itself: its check ends with the start that waited for it, also when that is killed', async () => {
    const program = start('import', 'on');
    const [check] = await eventually(() => childrenOf(program.child.pid), 'the check of the file');
    program.child.kill('SIGKILL');
    await program.exited;
    await gone(check);
  });
});
