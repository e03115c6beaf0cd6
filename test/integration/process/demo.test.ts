import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { signIn } from '../../support/clients/client.js';
import { freePort } from '../../support/servers/free-port.js';
import { type Program, run } from '../../support/servers/process.js';
import type { FirstRun } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const dataDir = mkdtempSync(join(tmpdir(), 'wardline-demo-'));
let demo: Program | undefined;

afterAll(async () => {
  demo?.child.kill('SIGINT');
  await demo?.exited;
  const place = join(dataDir, 'postgres');
  if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
});

it('npm run demo shows a ward that lives, and ends with Ctrl-C', async () => {
  const port = await freePort();
  const program = run('tools/demo/main.js', { DATA_DIR: dataDir, PORT: String(port), HTTP_RATE_LIMIT: '0' });
  demo = program;
  const said = await eventually(
    () => Promise.resolve(/is alive/.test(program.stdout()) ? program.stdout() : undefined),
    'the sign-ins',
    120_000,
  );
  const firstRun = JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
  expect(said).toContain(`https://127.0.0.1:${String(port)}/`);
  expect(said).toContain(firstRun.staff.find(({ username }) => username === 'icu-nurse-1')?.password);
  const ca = readFileSync(join(dataDir, 'tls', 'cert.pem'));
  const admin = await signIn({ url: `https://127.0.0.1:${String(port)}`, ca, firstRun }, 'admin');
  const { body } = await admin.get('/departments/icu/snapshot');
  expect(body.data.staff).toHaveLength(5);
  await eventually(
    async () =>
      (await admin.get('/calls?dept=icu&limit=50')).body.items.some((call: { state: string }) => call.state !== 'pending')
        ? true
        : undefined,
    'a call that somebody has accepted',
    90_000,
  );
  program.child.kill('SIGINT');
  expect(await program.exited).toBe(0);
  expect(program.stderr()).not.toMatch(/demo:/);
});
