import { Inject, Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, IsNull } from 'typeorm';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { GUEST_SETTINGS } from '../../platform/config/config.module.js';
import type { GuestSettings } from '../../platform/config/settings/guest.settings.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { Bed } from '../hospital/entities/bed.entity.js';
import { Department } from '../hospital/entities/department.entity.js';
import { HELD_PLACE } from '../calls/call-place.js';
import { GuestDevice } from './entities/guest-device.entity.js';
import { GuestLink } from './entities/guest-link.entity.js';
import { readGuestToken, signGuestToken } from './guest-token.js';

const BED_IN_USE = `beds b JOIN rooms r ON r.id = b.room_id JOIN departments d ON d.id = r.dept_id
   WHERE b.retired_at IS NULL AND r.retired_at IS NULL AND d.retired_at IS NULL`;
const open = statement(
  'open_guest_link',
  `SELECT b.id AS "bedId", b.room_id AS "roomId", r.dept_id AS dept, l.generation FROM guest_links l, ${BED_IN_USE}
     AND b.id = l.bed_id AND l.bed_id = $1 AND l.generation = $2 AND l.ended_at IS NULL AND to_timestamp($3) > app_now()`,
);
/** As it was opened. */
const hold = statement(
  'hold_guest_bed',
  `SELECT h.dept FROM (${HELD_PLACE}) h JOIN guest_links l ON l.bed_id = $2 AND l.generation = $3 AND l.ended_at IS NULL`,
);
/** A link that has ended starts again with the next generation, and knows no call of the one before; one that is in force gets a further token. */
const issue = statement(
  'issue_guest_link',
  `INSERT INTO guest_links AS l (bed_id, expires_at) SELECT b.id, app_now() + make_interval(days => $3) FROM ${BED_IN_USE} AND b.id = $1 AND r.dept_id = $2
   ON CONFLICT (bed_id) DO UPDATE SET generation = l.generation + CASE WHEN l.ended_at IS NULL THEN 0 ELSE 1 END, ended_at = NULL,
     last_call_id = CASE WHEN l.ended_at IS NULL THEN l.last_call_id END,
     issued_at = app_now(), expires_at = excluded.expires_at
   RETURNING l.generation, iso(l.expires_at) AS expires_at, floor(extract(epoch FROM l.expires_at))::float8 AS expires`,
);

/** The bed that a valid link is for. */
export interface GuestBed {
  bedId: string;
  roomId: string;
  dept: string;
  generation: number;
}

/** A bed's link as administrators see it. */
export interface GuestLinkView {
  bed_id: string;
  room_id: string;
  issued_at: string;
  expires_at: string;
  /** That have opened it. */
  devices: number;
}

/** A link that was just made. */
export interface IssuedGuestLink {
  bed_id: string;
  /** The page's path on this server, with the signed token. */
  path: string;
  expires_at: string;
}

/** Signed links, one bed each. */
@Injectable()
export class GuestLinks {
  constructor(
    private readonly database: Database,
    @InjectEntityManager() private readonly manager: EntityManager,
    @Inject(GUEST_SETTINGS) private readonly settings: GuestSettings,
  ) {}

  /** Undefined for a token that is forged, expired or ended. */
  async open(token: string): Promise<GuestBed | undefined> {
    const claim = readGuestToken(this.settings.GUEST_LINK_SECRETS, token);
    if (!claim) return undefined;
    const values = [claim.bedId, claim.generation, claim.expires];
    const [bed] = await this.database.query<GuestBed & Record<string, unknown>>(open, values);
    return bed;
  }

  /** True while the link is in force and its place is in use; the place stays so until the transaction ends. */
  async holds(tx: Transaction, { bedId, roomId, generation }: GuestBed): Promise<boolean> {
    return (await tx.one(hold, [roomId, bedId, generation])) !== undefined;
  }

  /** @throws DomainError NOT_FOUND for a bed that is not in use; UNAVAILABLE without GUEST_LINK_SECRETS */
  async issue(tx: Transaction, dept: string, bedId: string, days: number): Promise<IssuedGuestLink> {
    const [secret] = this.settings.GUEST_LINK_SECRETS;
    if (secret === undefined) throw new DomainError('STILL_IN_USE', 'GUEST_LINK_SECRETS is not set: guest links are off');
    const made = await tx.one<{ generation: number; expires_at: string; expires: number }>(issue, [bedId, dept, days]);
    if (!made) throw notFound('bed');
    const { generation, expires, expires_at } = made;
    return { bed_id: bedId, path: `/g/${signGuestToken(secret, { bedId, generation, expires })}`, expires_at };
  }

  /** Every link of the bed is worth nothing from the commit on. @throws DomainError NOT_FOUND where none is in force */
  async end(tx: Transaction, dept: string, bedId: string): Promise<void> {
    const isOfDepartment = await tx.manager.existsBy(Bed, { id: bedId, room: { dept } });
    const ended = isOfDepartment
      ? await tx.manager.update(GuestLink, { bedId, endedAt: IsNull() }, { endedAt: () => 'app_now()' })
      : undefined;
    if (ended?.affected !== 1) throw notFound('guest link');
    await tx.manager.delete(GuestDevice, { bedId });
  }

  /** Lists the links in force, by bed. */
  list(dept: string, after: string, limit: number): Promise<GuestLinkView[]> {
    return this.manager
      .createQueryBuilder(GuestLink, 'l')
      .innerJoin(Bed, 'b', 'b.id = l.bedId AND b.retiredAt IS NULL')
      .innerJoin('b.room', 'r', 'r.dept = :dept AND r.retiredAt IS NULL', { dept })
      .innerJoin(Department, 'd', 'd.id = r.dept AND d.retiredAt IS NULL')
      .select('l.bedId', 'bed_id')
      .addSelect('b.roomId', 'room_id')
      .addSelect('iso(l.issuedAt)', 'issued_at')
      .addSelect('iso(l.expiresAt)', 'expires_at')
      .addSelect((devices) => devices.select('count(*)::int').from(GuestDevice, 'g').where('g.bedId = l.bedId'), 'devices')
      .where('l.bedId > :after AND l.endedAt IS NULL AND l.expiresAt > app_now()', { after })
      .orderBy('l.bedId')
      .limit(limit)
      .getRawMany<GuestLinkView>();
  }
}
