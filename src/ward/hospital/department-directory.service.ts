import { Injectable } from '@nestjs/common';
import type { Role } from '../../identity/access/principal.js';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { CancelPolicy, DispatchMode } from './entities/call-type.entity.js';
import type { StationKind } from './entities/station.entity.js';
import { stationTypes } from '../stations/station-types.js';

/** A list of rows as JSON; empty where there is none. */
function listOf(fields: string, from: string, order: string): string {
  return `coalesce((SELECT json_agg(json_build_object(${fields}) ORDER BY ${order}) FROM ${from}), '[]'::json)`;
}

/** A label in each language of the facility. A missing one is that of the base language, else of the facility's first, else English, else the id. */
const LABELS = `(SELECT json_object_agg(l.tag, coalesce(t.labels ->> l.tag, t.labels ->> split_part(l.tag, '-', 1),
  t.labels ->> f.languages[1], t.labels ->> 'en', t.id) ORDER BY l.n) FROM unnest(f.languages) WITH ORDINALITY AS l (tag, n))`;
const ROOMS = 'rooms r WHERE r.dept_id = d.id AND r.retired_at IS NULL';
const read = statement(
  'read_department_directory',
  `SELECT d.id, d.name, f.languages,
     ${listOf(`'id', r.id, 'name', r.name`, ROOMS, 'r.id')} AS rooms,
     ${listOf(
       `'id', b.id, 'room_id', b.room_id, 'name', b.name`,
       'beds b JOIN rooms r ON r.id = b.room_id WHERE r.dept_id = d.id AND r.retired_at IS NULL AND b.retired_at IS NULL',
       'b.id',
     )} AS beds,
     ${listOf(
       `'id', s.id, 'name', s.name, 'room_id', s.room_id, 'bed_id', s.bed_id, 'kind', s.kind, 'types', ${stationTypes('s')}`,
       'stations s JOIN rooms r ON r.id = s.room_id WHERE r.dept_id = d.id AND s.retired_at IS NULL',
       's.id',
     )} AS stations,
     ${listOf(
       `'id', t.id, 'rank', t.rank, 'dispatch', t.dispatch, 'cancel_policy', t.cancel_policy, 'labels', ${LABELS}, 'retired', t.retired_at IS NOT NULL`,
       'call_types t',
       't.rank DESC, t.id',
     )} AS call_types,
     ${listOf(
       `'id', p.id, 'name', p.name, 'role', p.role`,
       `staff p WHERE p.active AND (p.role = 'admin' OR EXISTS (SELECT FROM memberships m WHERE m.staff_id = p.id AND m.dept_id = d.id))`,
       'p.name, p.id',
     )} AS staff,
     ${listOf(`'id', t.id, 'labels', ${LABELS}`, `roles t WHERE t.labels <> '{}'`, 't.id')} AS roles
   FROM departments d CROSS JOIN facility f WHERE d.id = ANY($1) AND d.retired_at IS NULL`,
);

/** The names that a screen needs to show a department's calls. */
export interface DepartmentDirectory {
  id: string;
  name: string;
  /** The facility's; the first is the usual one. */
  languages: string[];
  rooms: { id: string; name: string }[];
  beds: { id: string; room_id: string; name: string }[];
  stations: { id: string; name: string; room_id: string; bed_id: string | null; kind: StationKind; types: string[] }[];
  /** Retired ones too: calls keep the type they were placed with. */
  call_types: {
    id: string;
    rank: number;
    dispatch: DispatchMode;
    cancel_policy: CancelPolicy;
    /** By language. */
    labels: Record<string, string>;
    retired: boolean;
  }[];
  /** Members and administrators. */
  staff: { id: string; name: string; role: Role }[];
  /** Those of the hospital's own. */
  roles: { id: Role; labels: Record<string, string> }[];
}

/** Reads directories. Screens that ask at once, after a change, are answered by one statement. */
@Injectable()
export class DepartmentDirectories {
  /** Undefined where there is no such department in use. */
  readonly read: (dept: string) => Promise<DepartmentDirectory | undefined>;

  constructor(database: Database) {
    this.read = createBatchLoader(async (departments) => {
      const rows = await database.query<DepartmentDirectory & Record<string, unknown>>(read, [[...new Set(departments)]]);
      const found = new Map(rows.map((row) => [row.id, row]));
      return departments.map((dept) => found.get(dept));
    });
  }
}
