/** The types of call that the station `alias` may raise, as SQL: its own list, or those of its kind. */
export function stationTypes(alias: string): string {
  return `coalesce(${alias}.types, ARRAY(SELECT k.id FROM call_types k WHERE ${alias}.kind = ANY(k.station_kinds) AND k.retired_at IS NULL ORDER BY k.id))`;
}
