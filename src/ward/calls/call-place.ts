/** The place of a call. */
export interface CallPlace {
  roomId: string;
  bedId: string | null;
  /** The station that raises it; null for a person. */
  stationId: string | null;
}

/**
 * The values of `calls.place` that are this place, the most exact first. The bed comes before the station, which comes before the room. A station
 * also knows its own faults (`station:`); `exact` leaves out the room, whose call a person has raised without a bed.
 */
export function placesOf({ roomId, bedId, stationId, atDevice = false }: CallPlace & { atDevice?: boolean }, extent?: 'exact'): string[] {
  const bed = bedId === null ? [] : [`bed:${bedId}`];
  const station = stationId === null ? [] : [`station:${stationId}`];
  const exact = atDevice ? [...station, ...bed] : [...bed, ...station];
  const isOfRoom = exact.length === 0;
  return isOfRoom || (extent !== 'exact' && !atDevice) ? [...exact, `room:${roomId}`] : exact;
}

/**
 * A query of the department of room $1, and of its bed $2 unless that is null, when they are in use. Until the transaction ends none of them is
 * retired; one that is just being retired is waited for, and then it is not in use.
 */
export const HELD_PLACE = `SELECT r.dept_id AS dept FROM rooms r JOIN departments d ON d.id = r.dept_id AND d.retired_at IS NULL
   WHERE r.id = $1 AND r.retired_at IS NULL
     AND ($2::text IS NULL OR EXISTS (SELECT FROM beds b WHERE b.id = $2 AND b.room_id = r.id AND b.retired_at IS NULL FOR KEY SHARE))
   FOR KEY SHARE OF r, d`;
