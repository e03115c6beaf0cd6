import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import type { FacilityShift } from './entities/facility.entity.js';

const VIEW = 'name, time_zone, languages, shifts';
const read = statement('read_facility', `SELECT ${VIEW} FROM facility`);
const lock = statement('lock_facility', `SELECT ${VIEW} FROM facility FOR UPDATE`);
const write = statement(
  'write_facility',
  'UPDATE facility SET name = $1, time_zone = $2, languages = $3, shifts = $4, settled_at = coalesce(settled_at, app_now())',
);
const knowsZone = statement('knows_time_zone', 'SELECT true AS known FROM pg_timezone_names WHERE lower(name) = lower($1) LIMIT 1');

/** The hospital of this installation. */
export interface FacilityView {
  name: string;
  /** IANA. */
  time_zone: string;
  /** BCP 47; labels of call types are shown in these. */
  languages: string[];
  /** By their starts. */
  shifts: FacilityShift[];
}

type Row = FacilityView & Record<string, unknown>;

/** Reads and writes the facility's one row. */
@Injectable()
export class FacilityService {
  constructor(private readonly database: Database) {}

  /** @param tx where the answer must agree with what else a transaction reads */
  async read(tx?: Transaction): Promise<FacilityView> {
    return only(tx ? await tx.query<Row>(read) : await this.database.query<Row>(read));
  }

  /** Keeps others from changing it until the transaction ends. */
  async lock(tx: Transaction): Promise<FacilityView> {
    return only(await tx.query<Row>(lock));
  }

  async write(tx: Transaction, { name, time_zone, languages, shifts }: FacilityView): Promise<void> {
    await tx.query(write, [name, time_zone, languages, JSON.stringify(shifts)]);
  }

  /** Whether the database can convert to the zone, as reports do. */
  async knowsZone(tx: Transaction, zone: string): Promise<boolean> {
    return (await tx.one(knowsZone, [zone])) !== undefined;
  }
}

function only(rows: Row[]): FacilityView {
  const [row] = rows;
  if (!row) throw new Error('the facility has no row');
  return row;
}
