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
