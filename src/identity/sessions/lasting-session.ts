/**
 * SQL of a session that lasts: it has not ended, is not too old, and has been used within SESSION_IDLE_SEC.
 * @param session alias of the row
 * @param time of the ward
 * @param idleSec parameter of SESSION_IDLE_SEC, in seconds
 */
export function lasts(session: string, time: string, idleSec: string): string {
  return `${session}.ended_at IS NULL AND ${session}.expires_at > ${time} AND ${session}.last_used_at > ${time} - make_interval(secs => ${idleSec})`;
}
