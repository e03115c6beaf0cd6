import type { StationKind } from '../ward/hospital/entities/station.entity.js';

/** `first-run.json`: the people and stations of the demo hospital, and their secrets. */
export interface FirstRun {
  url: string;
  admin: { username: string; password: string };
  staff: { username: string; password: string; role: string; departments: string[] }[];
  stations: { id: string; key: string; dept: string; room_id: string; kind: StationKind }[];
}
