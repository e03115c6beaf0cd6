/** A person who was connected only to the node ($1), which is dead, counts as gone since its last heartbeat, also if they had not yet rejoined. */
export const BEGIN_ABSENCES_OF_NODE = `INSERT INTO staff_absences (staff_id, since)
   SELECT DISTINCT c.staff_id, n.heartbeat_at + (app_now() - statement_timestamp()) FROM staff_connections c JOIN nodes n USING (server_id)
   WHERE n.server_id = $1 AND NOT EXISTS (SELECT FROM staff_connections o WHERE o.staff_id = c.staff_id AND o.server_id <> $1)
   ON CONFLICT (staff_id) DO UPDATE SET since = excluded.since, handled_at = NULL, retry_at = NULL WHERE staff_absences.handled_at IS NOT NULL`;
