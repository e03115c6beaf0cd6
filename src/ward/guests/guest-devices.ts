import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/common/errors.js';
import { statement } from '../../platform/database/statement.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import type { GuestBed } from './guest-links.service.js';

/** A patient, and two relatives. */
const MAX_DEVICES = 3;

const seen = statement(
  'guest_device_seen',
  `UPDATE guest_devices SET last_seen_at = CASE WHEN last_seen_at < app_now() - interval '1 minute' THEN app_now() ELSE last_seen_at END
   WHERE bed_id = $1 AND device = $2 RETURNING bed_id`,
);
const lock = statement(
  'lock_guest_link',
  'SELECT bed_id FROM guest_links WHERE bed_id = $1 AND generation = $2 AND ended_at IS NULL FOR UPDATE',
);
/** A device that has not been seen for a day gives its place up. */
const forget = statement(
  'forget_old_guest_devices',
  `DELETE FROM guest_devices WHERE bed_id = $1 AND last_seen_at < app_now() - interval '1 day'`,
);
const count = statement('count_guest_devices', 'SELECT count(*)::int AS devices FROM guest_devices WHERE bed_id = $1');
const add = statement('add_guest_device', 'INSERT INTO guest_devices (bed_id, device) VALUES ($1, $2)');

/** The devices that a bed's link is used on: three at most. */
@Injectable()
export class GuestDevices {
  constructor(private readonly transactions: Transactions) {}

  /** True when the device is one of the bed's, or has just become one. @throws DomainError NOT_FOUND for a link that has ended meanwhile */
  admit({ bedId, generation }: GuestBed, device: string): Promise<boolean> {
    const hash = createHash('sha256').update(device).digest();
    return this.transactions.run(async (tx) => {
      if (await tx.one(seen, [bedId, hash])) return true;
      if (!(await tx.one(lock, [bedId, generation]))) throw notFound('link');
      if (await tx.one(seen, [bedId, hash])) return true;
      if (!(await this.hasRoom(tx, bedId))) return false;
      await tx.query(add, [bedId, hash]);
      return true;
    });
  }

  /** True when a device that is not known yet would find a place. */
  mayCome({ bedId }: GuestBed): Promise<boolean> {
    return this.transactions.run((tx) => this.hasRoom(tx, bedId));
  }

  private async hasRoom(tx: Transaction, bedId: string): Promise<boolean> {
    await tx.query(forget, [bedId]);
    const row = await tx.one<{ devices: number }>(count, [bedId]);
    return (row?.devices ?? 0) < MAX_DEVICES;
  }
}
