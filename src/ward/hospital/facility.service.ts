import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager } from 'typeorm';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { Facility, type FacilityShift } from './entities/facility.entity.js';

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

/** Reads and writes the facility's one row. */
@Injectable()
export class FacilityService {
  constructor(@InjectEntityManager() private readonly manager: EntityManager) {}

  /** @param tx where the answer must agree with what else a transaction reads */
  async read(tx?: Transaction): Promise<FacilityView> {
    return viewOf(await (tx?.manager ?? this.manager).findOneBy(Facility, { onlyRow: true }));
  }

  /** Keeps others from changing it until the transaction ends. */
  async lock(tx: Transaction): Promise<FacilityView> {
    return viewOf(await tx.manager.findOne(Facility, { where: { onlyRow: true }, lock: { mode: 'pessimistic_write' } }));
  }

  async write(tx: Transaction, { name, time_zone, languages, shifts }: FacilityView): Promise<void> {
    const settledAt = () => 'coalesce(settled_at, app_now())';
    await tx.manager.update(Facility, { onlyRow: true }, { name, timeZone: time_zone, languages, shifts, settledAt });
  }

  /** True when the database can convert to the zone, as reports do. */
  async knowsZone(tx: Transaction, zone: string): Promise<boolean> {
    return (await tx.one(knowsZone, [zone])) !== undefined;
  }
}

function viewOf(facility: Facility | null): FacilityView {
  if (!facility) throw new Error('the facility has no row');
  const { name, timeZone, languages, shifts } = facility;
  return { name, time_zone: timeZone, languages, shifts };
}
