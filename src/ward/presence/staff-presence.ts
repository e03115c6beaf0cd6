import { Injectable } from '@nestjs/common';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { EventLog } from '../../events/log/event-log.js';
import { DepartmentQueue } from '../staffing/queue/department-queue.service.js';
import { DutyArrivals } from '../staffing/queue/duty-arrivals.js';
import { lockConnections } from './dead-nodes.js';

/** One person at a time, whichever node writes; in one order, so that two batches wait for one another and never deadlock. */
const lock = statement(
  'lock_presence',
  `SELECT pg_advisory_xact_lock(hashtext('wardline presence'), key)
   FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest($1::uuid[]) AS id ORDER BY key) AS people`,
);
const forget = statement(
  'forget_connections',
  `DELETE FROM staff_connections WHERE server_id = $1 AND staff_id = ANY($2::uuid[]) AND connection_id <> ALL($3::uuid[]) RETURNING staff_id AS id`,
);
const remember = statement(
  'remember_connections',
  `INSERT INTO staff_connections (connection_id, server_id, staff_id) SELECT id, $1, staff FROM unnest($2::uuid[], $3::uuid[]) AS sockets (id, staff)
   WHERE EXISTS (SELECT FROM nodes WHERE server_id = $1) ON CONFLICT (connection_id) DO NOTHING`,
);
const CONNECTED = 'EXISTS (SELECT FROM staff_connections c WHERE c.staff_id = p.id)';
/**
 * Begins and ends absences. Returns the people who are back after their grace had run out: their absence lasts until they have
 * rejoined. A person ($2) who was connected, and is gone before that, begins another absence. The rows of those who are here are
 * read with a lock, which waits for a grace that runs out at this very moment, and sees that it did.
 */
const settle = statement(
  'settle_absences',
  `WITH people AS (SELECT id, ${CONNECTED} AS here FROM unnest($1::uuid[]) AS p (id)),
     gone AS (INSERT INTO staff_absences (staff_id, since) SELECT id, app_now() FROM people WHERE NOT here
       ON CONFLICT (staff_id) DO UPDATE SET since = excluded.since, handled_at = NULL, retry_at = NULL
       WHERE staff_absences.handled_at IS NOT NULL AND staff_absences.staff_id = ANY($2::uuid[])),
     here AS MATERIALIZED (SELECT a.staff_id, a.handled_at FROM staff_absences a JOIN people p ON p.id = a.staff_id WHERE p.here
       ORDER BY a.staff_id FOR UPDATE OF a),
     back AS (DELETE FROM staff_absences a USING here h WHERE a.staff_id = h.staff_id AND h.handled_at IS NULL)
   SELECT staff_id AS id FROM here WHERE handled_at IS NOT NULL`,
);
const back = statement(
  'end_absence',
  `DELETE FROM staff_absences a USING (SELECT $1::uuid AS id) p WHERE a.staff_id = p.id AND ${CONNECTED} RETURNING a.handled_at IS NOT NULL AS handled`,
);
const shiftsOf = statement(
  'shifts_of',
  `SELECT s.dept_id AS dept, s.queue_position IS NULL AND s.paused_until IS NULL AS waiting FROM shifts s
   WHERE s.staff_id = $1 AND s.ended_at IS NULL ORDER BY s.dept_id COLLATE "C"`,
);

/** The sockets on a node: connection ids, by person. */
export type SocketsOf = ReadonlyMap<string, readonly string[]>;

/** A person's sockets, as rows: known after any crash. */
@Injectable()
export class StaffPresence {
  constructor(
    private readonly queue: DepartmentQueue,
    private readonly arrivals: DutyArrivals,
    private readonly log: EventLog,
  ) {}

  /**
   * Writes down that these are all the sockets that these people have on this node. The last one gone begins an absence; the first one ends it.
   * @returns who is back after their grace had run out: they are to rejoin, each in a transaction of their own
   */
  async write(tx: Transaction, serverId: string, sockets: SocketsOf): Promise<string[]> {
    const people = [...sockets.keys()];
    const pairs = [...sockets].flatMap(([staffId, ids]) => ids.map((id) => ({ id, staffId })));
    const ids = pairs.map(({ id }) => id);
    await Promise.all([tx.query(lockConnections), tx.query(lock, [people])]);
    const gone = await tx.query<{ id: string }>(forget, [serverId, people, ids]);
    if (ids.length > 0) await tx.query(remember, [serverId, ids, pairs.map(({ staffId }) => staffId)]);
    return (await tx.query<{ id: string }>(settle, [people, gone.map(({ id }) => id)])).map(({ id }) => id);
  }

  /** Back later than the grace: the shift goes on, at the queue's tail. */
  async rejoin(tx: Transaction, staffId: string): Promise<void> {
    await tx.query(lock, [[staffId]]);
    const absence = await tx.one<{ handled: boolean }>(back, [staffId]);
    if (!absence?.handled) return;
    for (const { dept, waiting } of await tx.query<{ dept: string; waiting: boolean }>(shiftsOf, [staffId])) {
      await this.queue.lock(tx, dept);
      if (waiting) await this.queue.toTail(tx, dept, staffId);
      await this.arrivals.note(tx, dept, staffId);
      this.log.append(tx, { dept, type: 'nurse.online', data: { staff_id: staffId }, actorId: `staff:${staffId}` });
    }
  }
}
