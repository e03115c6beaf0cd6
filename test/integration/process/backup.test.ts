import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signIn } from '../../support/clients/client.js';
import { sendSignal } from '../../support/checks/signal.js';
import { freePort } from '../../support/servers/free-port.js';
import { run } from '../../support/servers/process.js';
import { expectNothingLost, pressing, Supervised } from '../../support/servers/supervised.js';
import { eventually } from '../../support/eventually.js';

let supervised: Supervised;
let folder: string;
let aside: string;
let file: string;
/** The files of DATA_DIR that an operator keeps with the backups. */
const KEPT = ['tls', 'session-secret', 'guest-link-secret', 'first-run.json'];

// Each try has a place of its own: one that failed leaves a database that may be lost, or restored.
beforeEach(() => {
  supervised = new Supervised();
  folder = supervised.folder;
  aside = join(folder, '..', 'aside');
  file = join(aside, 'ward.gz');
});
afterEach(async () => {
  await supervised.stop();
  supervised.remove();
});

async function command(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const program = run('src/main.js', { DATA_DIR: folder }, args);
  const code = await program.exited;
  return { code, out: program.stdout(), err: program.stderr() };
}

describe('the embedded database', () => {
  it('is backed up under load, lost with everything, restored, and followed on by the same screens', async () => {
    const port = String(await freePort());
    const { program, wardline } = await supervised.start({ PORT: port });
    const { nurse, screens } = await supervised.follow(wardline);
    const presses = pressing(wardline);
    await eventually(() => (presses.acknowledged.length > 20 ? true : undefined), 'presses');
    mkdirSync(aside);
    const before = [...presses.acknowledged];
    const made = await command('backup', file, '--json');
    expect(made).toMatchObject({ code: 0, err: '' });
    const { taken_at: takenAt, rows } = JSON.parse(made.out) as { taken_at: string; rows: number };
    const count = presses.acknowledged.length;
    await eventually(() => (presses.acknowledged.length > count + 10 ? true : undefined), 'presses after it');
    expect(presses.acknowledged.length).toBeGreaterThan(before.length);

    const inUse = await command('restore', file);
    expect([inUse.code, inUse.err]).toEqual([69, expect.stringMatching(/is in use by another Wardline, process \d+/)]);
    for (const name of KEPT) cpSync(join(folder, name), join(aside, name), { recursive: true });
    sendSignal(program.child.pid, 'SIGKILL');
    await program.exited;
    await presses.stop();
    rmSync(realpathSync(join(folder, 'postgres')), { recursive: true, force: true });
    rmSync(folder, { recursive: true });

    expect((await command('backup', join(aside, 'nothing.gz'))).code).toBe(66);
    expect(existsSync(folder), 'a backup makes no database').toBe(false);
    const restored = await command('restore', file, '--json');
    expect(restored).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(restored.out)).toMatchObject({ taken_at: takenAt, rows, broken_chains: [] });
    for (const name of KEPT) cpSync(join(aside, name), join(folder, name), { recursive: true });

    const again = await supervised.start({ PORT: port });
    await eventually(() => (screens.every((screen) => screen.isLive) ? true : undefined), 'every screen back');
    await expectNothingLost(nurse, screens, before);
    const admin = await signIn(again.wardline, 'admin');
    expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: true, broken_at: null });
    // The note in DATA_DIR is of this history: nothing has gone back.
    expect(again.program.events('log.went_back')).toEqual([]);
    expect(again.program.events('wardline.ready')).toHaveLength(1);
    expect(readFileSync(join(folder, 'log-heads.json'), 'utf8')).toContain('"icu"');
  });
});
