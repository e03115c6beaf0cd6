import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricsRegistry } from '../../../src/platform/metrics/metrics-registry.js';
import { newId } from '../../../src/platform/common/values/ids.js';
import { type Session, signIn, Socket } from '../../support/clients/client.js';
import { makesUp } from '../../support/clients/published.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

makesUp('notice.posted');

let node: TestWardline;

beforeAll(async () => {
  node = await startTestWardline();
});
afterAll(() => node.stop());

/** Two events in one transaction, the first of which is lost: the damage that the poller must see. */
async function appendWithHole(dept: string): Promise<void> {
  const rows = [0, 1].map(() => ({ dept, id: newId(), type: 'notice.posted', payload: { code: 'test' } }));
  await node.database.query(
    `DO $$
     DECLARE first bigint;
     BEGIN
       SELECT min(seq) INTO first FROM append_events('${JSON.stringify(rows)}');
       SET LOCAL session_replication_role = replica;
       DELETE FROM events WHERE dept_id = '${dept}' AND seq = first;
     END $$`,
    [],
  );
}

/** Resumes as a client does, again after each close that says so. @returns the snapshot that it ends with */
async function pictureOf(nurse: Session, after: number): Promise<unknown> {
  for (let tries = 0; tries < 3; tries++) {
    const socket = await Socket.open(node, nurse.cookie);
    const ended = socket.untilClosed();
    const picture = socket.until((frame) => frame.type === 'snapshot');
    await socket.ask({ type: 'subscribe', dept: 'icu', after });
    const first = await Promise.race([picture, ended.then(() => undefined)]);
    picture.catch(() => undefined);
    if (first === undefined) continue;
    socket.close();
    return first;
  }
  throw new Error('no snapshot after three resumes');
}

describe('a hole in the log', () => {
  it('is an alarm, is never handed on, and its readers start again from a snapshot', async () => {
    const nurse = await signIn(node, 'icu-nurse-1');
    const socket = await Socket.open(node, nurse.cookie);
    const { data } = await socket.ask({ type: 'subscribe', dept: 'icu' });
    const { head } = data as { head: number };
    await appendWithHole('icu');
    expect((await socket.untilClosed()).code).toBe(1012);
    expect(socket.events('icu').filter((event) => (event.seq ?? 0) > head)).toEqual([]);
    expect(await node.app.get(MetricsRegistry).getSingleMetricAsString('wardline_event_gaps_total')).toContain(
      'wardline_event_gaps_total 1',
    );
    expect(node.log.filter((line) => line.includes('"events.gap"')).length).toBe(1);
    expect(await pictureOf(nurse, head)).toMatchObject({ dept: 'icu', seq: head + 2 });
  });
});

/** The log ends `count` events sooner, as after a failover to a server that lagged. @param then what the other history appends in the same moment */
async function goBack(dept: string, count: number, then: object[] = []): Promise<void> {
  await node.database.query(
    `DO $$
     BEGIN
       SET LOCAL session_replication_role = replica;
       UPDATE dept_stream s SET last_seq = e.seq, last_hash = e.hash, last_at = e.at
         FROM events e WHERE s.dept_id = '${dept}' AND e.dept_id = s.dept_id AND e.seq = s.last_seq - ${String(count)};
       DELETE FROM events e USING dept_stream s WHERE s.dept_id = '${dept}' AND e.dept_id = s.dept_id AND e.seq > s.last_seq;
       PERFORM append_events('${JSON.stringify(then)}');
     END $$`,
    [],
  );
}

function events(dept: string, count: number): object[] {
  return Array.from({ length: count }, () => ({ dept, id: newId(), type: 'notice.posted', payload: { code: 'test' } }));
}

async function append(dept: string, count: number): Promise<void> {
  await node.database.query('SELECT append_events($1)', [JSON.stringify(events(dept, count))]);
}

/** Resolves when the node has noted the place outside of the database. */
function noted(dept: string, seq: number): Promise<true> {
  const note = () => JSON.parse(readFileSync(join(node.dataDir, 'log-heads.json'), 'utf8')) as { heads: Record<string, { seq: number }> };
  return eventually(() => (note().heads[dept]?.seq === seq ? true : undefined), `the note of ${dept} at ${String(seq)}`);
}

function wentBack(of: TestWardline): Record<string, unknown>[] {
  return of.log.filter((line) => line.includes('"log.went_back"')).map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a log that went back', () => {
  it('sends every reader to a snapshot under a new epoch, drawn once', async () => {
    const nurse = await signIn(node, 'icu-nurse-1');
    const socket = await Socket.open(node, nurse.cookie);
    const { data: before } = await socket.ask({ type: 'subscribe', dept: 'icu' });
    const head = (before.head as number) + 5;
    const arrived = socket.until((frame) => frame.dept === 'icu' && frame.seq === head);
    await append('icu', 5);
    await arrived;
    await goBack('icu', 3);
    expect((await socket.untilClosed()).code).toBe(1012);
    expect(node.log.filter((line) => line.includes('"log.went_back"'))).toHaveLength(1);

    const back = await Socket.open(node, nurse.cookie);
    await append('icu', 4);
    const { data: after } = await back.ask({ type: 'subscribe', dept: 'icu', after: head, epoch: before.epoch });
    expect(after).toMatchObject({ recovered: false, head: head + 1 });
    expect(after.epoch).not.toBe(before.epoch);
    const next = back.until((frame) => frame.dept === 'icu' && frame.seq === head + 2);
    await append('icu', 1);
    await next;
    back.close();
    expect(node.log.filter((line) => line.includes('"log.went_back"'))).toHaveLength(1);
  });

  it('is noticed also where it has grown past the old place in the same moment', async () => {
    const nurse = await signIn(node, 'icu-nurse-1');
    const socket = await Socket.open(node, nurse.cookie);
    await append('icu', 3);
    const { data: before } = await socket.ask({ type: 'subscribe', dept: 'icu' });
    const head = before.head as number;
    await noted('icu', head);
    const logged = wentBack(node).length;
    await goBack('icu', 3, events('icu', 5));
    expect((await socket.untilClosed()).code).toBe(1012);
    expect(wentBack(node).slice(logged)).toMatchObject([{ dept: 'icu', head: head + 2, noted: head }]);

    const back = await Socket.open(node, nurse.cookie);
    const { data: after } = await back.ask({ type: 'subscribe', dept: 'icu', after: head, epoch: before.epoch });
    expect(after).toMatchObject({ recovered: false, head: head + 2 });
    back.close();
  });

  it('is noticed by the next start, from its own note, and once', async () => {
    const epoch = async () => (await node.database.query<{ stored: string }>('SELECT stored FROM log_epoch'))[0]?.stored;
    const start = () => startTestWardline({ sharedWith: node, env: { DATA_DIR: node.dataDir } });
    await append('icu', 3);
    const head =
      (await node.database.query<{ head: number }>("SELECT last_seq::int AS head FROM dept_stream WHERE dept_id = 'icu'"))[0]?.head ?? 0;
    await noted('icu', head);
    await node.app.close();
    const stored = await epoch();
    await goBack('icu', 2, events('icu', 4));

    const first = await start();
    expect(wentBack(first)).toMatchObject([{ dept: 'icu', head: head + 2, noted: head }]);
    const renewed = await epoch();
    expect(renewed).not.toBe(stored);
    await first.stop();
    const second = await start();
    expect(wentBack(second)).toEqual([]);
    expect(await epoch()).toBe(renewed);
    await second.stop();
  });
});
