import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { newStationKey, stationKeyHash } from '../../../src/ward/stations/station-keys.js';
import type { BenchDatabase } from '../append/bench-database.js';
import { toApiError } from '../client/api-error.js';
import { HttpClient } from '../client/http-client.js';
import { hireStaff } from '../pipe/ward/staff.js';

const STATIONS = 10;

export interface BenchWard {
  readonly dept: string;
  /** The cookies of its nurses, all of them on duty. */
  readonly cookies: readonly string[];
  /** Keys of its bedside stations. */
  readonly keys: readonly string[];
}

/** A department with nurses on duty, and a button at each of its beds. */
export async function furnishWard(
  database: BenchDatabase,
  { dept, nurses, stations = STATIONS, secure = false }: { dept: string; nurses: number; stations?: number; secure?: boolean },
): Promise<BenchWard> {
  const cookies = await hireStaff(database, { dept, count: nurses, secure });
  const keys = Array.from({ length: stations }, newStationKey);
  await database.query(`INSERT INTO rooms (id, dept_id, name) SELECT $1 || '-' || n, $1, 'Room' FROM generate_series(1, $2::int) n`, [
    dept,
    stations,
  ]);
  await database.query(
    `INSERT INTO stations (id, room_id, kind, name, key_hash)
     SELECT $1 || '-' || n || '-bed', $1 || '-' || n, 'bedside', 'Station', hash FROM unnest($2::bytea[]) WITH ORDINALITY AS t(hash, n)`,
    [dept, keys.map(stationKeyHash)],
  );
  await database.query(
    `INSERT INTO shifts (id, staff_id, dept_id, queue_position)
     SELECT gen_random_uuid(), staff_id, dept_id, row_number() OVER () FROM memberships WHERE dept_id = $1`,
    [dept],
  );
  await database.query('UPDATE department_queue SET next_position = $2 WHERE dept_id = $1', [dept, nurses + 1]);
  return { dept, cookies, keys };
}

/** A press that was acknowledged. */
export interface Press {
  readonly callId: string;
  /** `performance.now()` just before the request was written, and when its answer was complete. */
  readonly writtenAt: number;
  readonly answeredAt: number;
  /** The node that took it, from 0. */
  readonly node: number;
}

/** Buttons that are pressed one after another, each at the next node; each call is taken back before the button is pressed again. */
export class Buttons {
  private readonly nodes: readonly HttpClient[];

  constructor(
    ports: readonly number[],
    private readonly keys: readonly string[],
  ) {
    this.nodes = ports.map(
      (port) => new HttpClient({ url: new URL(`http://127.0.0.1:${String(port)}`), tls: { rejectUnauthorized: true } }),
    );
  }

  async press(count: number, everyMs: number): Promise<Press[]> {
    const presses: Press[] = [];
    const started = performance.now();
    for (let n = 0; n < count; n += 1) {
      const wait = started + n * everyMs - performance.now();
      if (wait > 0) await sleep(wait);
      const node = n % this.nodes.length;
      const key = this.keys[n % this.keys.length] ?? '';
      const { body, writtenAt, answeredAt } = await this.send(node, key, '/calls', { type: 'patient_normal' });
      const { id } = body as { id: string };
      presses.push({ callId: id, writtenAt, answeredAt, node });
      await this.send(node, key, `/calls/${id}/cancel`, {});
    }
    return presses;
  }

  close(): void {
    for (const client of this.nodes) client.close();
  }

  private async send(node: number, key: string, path: string, body: unknown) {
    const headers = { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() };
    const answer = await (this.nodes[node] as HttpClient).send('POST', `/api/v1/stations/self${path}`, { headers, body });
    if (answer.status < 200 || answer.status > 299) throw toApiError(`a button at ${path}`, answer);
    return answer;
  }
}
