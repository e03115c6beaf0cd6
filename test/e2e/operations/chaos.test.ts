import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { check, type RuleName } from '../../../tools/chaos/checker/check.js';
import type { ClientHistory, History, Seen } from '../../../tools/chaos/checker/history.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';

const RUN_TIMEOUT_MS = 240_000;

/** The short form of `npm run chaos`: two nodes, one of which is killed now and then under load. */
describe('a ward whose nodes are killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardline-chaos-test-'));
  let code: number | null;
  let said = '';
  let result: { breaches: number; verdict: unknown; faults: Record<string, number>; figures: Record<string, number> };
  let history: History;

  beforeAll(async () => {
    const files = { out: join(folder, 'result.json'), history: join(folder, 'history.json') };
    const args = ['--seed', '7', '--seconds', '20', '--nodes', '2', '--faults', 'node-kill', '--url', inject('adminUrl')];
    const program = join(packageRoot(), 'dist', 'tools', 'chaos', 'main.js');
    const child = spawn(process.execPath, [program, ...args, '--out', files.out, '--history', files.history], {
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    [code] = (await once(child, 'close')) as [number | null];
    result = JSON.parse(readFileSync(files.out, 'utf8')) as typeof result;
    history = JSON.parse(readFileSync(files.history, 'utf8')) as History;
  }, RUN_TIMEOUT_MS);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('loses nothing that was acknowledged, shows everybody everything in order, and escalates each level once', () => {
    expect(result.verdict).toEqual(Object.fromEntries(Object.keys(result.verdict as object).map((rule) => [rule, []])));
    expect(code, said).toBe(0);
    expect(said).toContain('all rules hold');
  });

  it('had something to lose', () => {
    expect(result.faults['node-kill']).toBeGreaterThan(0);
    for (const what of ['acknowledged commands', 'events seen by clients', 'resumed where they stood', 'levels 1–3'])
      expect(result.figures[what], what).toBeGreaterThan(5);
  });

  describe('and whoever checks that would have seen', () => {
    const broken = (changed: History) => {
      const verdict = check(changed);
      return (Object.keys(verdict) as RuleName[]).filter((rule) => verdict[rule].length > 0);
    };
    /** The history with the frames of the reader that has seen most changed. */
    const withSeen = (change: (seen: Seen[]) => Seen[]): History => {
      const count = (client: ClientHistory) => client.connections.reduce((sum, connection) => sum + connection.seen.length, 0);
      const most = history.clients.reduce((best, client) => (count(client) > count(best) ? client : best));
      const clients = history.clients.map((client) =>
        client === most
          ? { ...client, connections: client.connections.map((connection) => ({ ...connection, seen: change(connection.seen) })) }
          : client,
      );
      return { ...history, clients };
    };

    it('one event that did not reach one client', () => {
      const [, lost] = withEvents();
      expect(broken(withSeen((seen) => seen.filter((one) => one.kind !== 'event' || one.seq !== lost)))).toContain('in-order');
    });

    it('one event that is shown and not in the log', () => {
      const [, , changed] = withEvents();
      const pretend = (one: Seen): Seen => (one.kind === 'event' && one.seq === changed ? { ...one, id: 'another' } : one);
      expect(broken(withSeen((seen) => seen.map(pretend)))).toContain('true-to-log');
    });

    it('one acknowledged command whose event is not in the log', () => {
      const [told] = history.acknowledged.filter((one) => one.event !== null);
      const log = history.log.filter((event) => event.callId !== told?.callId || event.type !== told.event);
      expect(broken({ ...history, log })).toEqual(expect.arrayContaining(['acknowledged', 'log']));
    });

    it('one level that happens twice', () => {
      const place = history.log.findIndex(
        (event) => event.type === 'call.escalated' && event.reason === 'timeout' && event.repeat === null,
      );
      const log = [...history.log.slice(0, place + 1), ...history.log.slice(place)];
      expect(place).toBeGreaterThan(-1);
      expect(broken({ ...history, log })).toContain('ladders');
    });

    /** Numbers of events in the middle of what that reader saw on one connection. */
    function withEvents(): number[] {
      const runs = history.clients.flatMap((client) =>
        client.connections.map((connection) => connection.seen.filter((one) => one.kind === 'event')),
      );
      const longest = runs.reduce((best, run) => (run.length > best.length ? run : best));
      expect(longest.length).toBeGreaterThan(4);
      return longest.slice(0, -1).map((one) => one.seq);
    }
  });
});
