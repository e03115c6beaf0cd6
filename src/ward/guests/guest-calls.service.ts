import { Injectable } from '@nestjs/common';
import { EventWaiter } from '../../events/delivery/event-waiter.js';
import { EventLog } from '../../events/log/event-log.js';
import { DomainError } from '../../platform/common/errors.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { RaiseCallService } from '../calls/commands/raise-call.service.js';
import { DepartmentDirectories } from '../hospital/department-directory.service.js';
import { type GuestBed, GuestLinks } from './guest-links.service.js';
import { IS_OPEN } from '../calls/call.js';

/** The type of a press without a choice. */
const USUAL = 'patient_normal';
const MAX_WISHES = 8;
/** The limit of one link on this node: three devices, and a tab or two more. */
const MAX_WAITING = 6;

const remember = statement('remember_guest_call', 'UPDATE guest_links SET last_call_id = $3 WHERE bed_id = $1 AND generation = $2');
const wishes = statement(
  'guest_wishes',
  `SELECT id FROM call_types WHERE rank = 0 AND retired_at IS NULL AND id <> $1 AND 'bedside' = ANY(station_kinds) ORDER BY id LIMIT $2`,
);
/** The open call of the bed, else the last one of the link, as long as it is news that it is done. */
const read = statement(
  'guest_state',
  `SELECT coalesce(
     (SELECT c.state FROM calls c JOIN call_types t ON t.id = c.type AND t.rank = 0
      WHERE c.place = 'bed:' || $1 AND ${IS_OPEN}
      ORDER BY c.state = 'pending', c.placed_at DESC LIMIT 1),
     (SELECT c.state FROM guest_links l JOIN calls c ON c.id = l.last_call_id
      WHERE l.bed_id = $1 AND c.completed_at > app_now() - interval '2 minutes')) AS state`,
);

/** How far help has come. */
export type GuestState = 'idle' | 'sent' | 'on_the_way' | 'done';
const STATES: Readonly<Record<string, GuestState>> = {
  pending: 'sent',
  accepted: 'on_the_way',
  in_progress: 'on_the_way',
  completed: 'done',
};

/** A wish that the page offers. */
export interface Wish {
  id: string;
  /** By language of the facility. */
  labels: Record<string, string>;
}

/** Presses of a guest page, and what came of them. */
@Injectable()
export class GuestCalls {
  private readonly waiting = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly raising: RaiseCallService,
    private readonly links: GuestLinks,
    private readonly directories: DepartmentDirectories,
    private readonly log: EventLog,
    private readonly waiter: EventWaiter,
  ) {}

  /**
   * The bed's call, as a bedside button would raise it. The same key gives the same answer.
   * @throws DomainError VALIDATION_FAILED for a type that the page does not offer; NOT_FOUND for a link that has ended meanwhile
   */
  async press(bed: GuestBed, type: string | undefined, key: string | undefined): Promise<void> {
    const wanted = type ?? USUAL;
    if (wanted !== USUAL && !(await this.wishIds()).includes(wanted)) {
      throw new DomainError('VALIDATION_FAILED', 'no such wish', { details: { fields: [{ path: 'type', problem: 'unknown' }] } });
    }
    const { call } = await this.raising.raiseByGuest(bed, wanted, key, (tx) => this.links.holds(tx, bed));
    await this.database.query(remember, [bed.bedId, bed.generation, call.id]);
  }

  async state({ bedId }: GuestBed): Promise<GuestState> {
    const [row] = await this.database.query<{ state: string | null }>(read, [bedId]);
    return STATES[row?.state ?? ''] ?? 'idle';
  }

  /** The state once it differs from `known`, or after `seconds`. @throws DomainError RATE_LIMITED where many wait for the bed already */
  async change(bed: GuestBed, known: string, seconds: number, gone: AbortSignal): Promise<GuestState> {
    const others = this.waiting.get(bed.bedId) ?? 0;
    if (others >= MAX_WAITING) throw new DomainError('RATE_LIMITED', 'too many wait for this bed', { retryAfter: 5 });
    this.waiting.set(bed.bedId, others + 1);
    try {
      return await this.await(bed, known, seconds, gone);
    } finally {
      const left = (this.waiting.get(bed.bedId) ?? 1) - 1;
      if (left > 0) this.waiting.set(bed.bedId, left);
      else this.waiting.delete(bed.bedId);
    }
  }

  /** The further wishes, by the facility's names for them. */
  async wishes({ dept }: GuestBed): Promise<{ languages: string[]; wishes: Wish[] }> {
    const [ids, directory] = await Promise.all([this.wishIds(), this.directories.read(dept)]);
    const found = directory?.call_types.filter(({ id }) => ids.includes(id)) ?? [];
    return { languages: directory?.languages ?? [], wishes: found.map(({ id, labels }) => ({ id, labels })) };
  }

  private async await(bed: GuestBed, known: string, seconds: number, gone: AbortSignal): Promise<GuestState> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const seq = (await this.log.head(bed.dept))?.head ?? 0;
      const state = await this.state(bed);
      const left = (deadline - performance.now()) / 1000;
      if (state !== known || left <= 0 || gone.aborted) return state;
      if (!(await this.waiter.next(bed.dept, seq, left, gone))) return this.state(bed);
    }
  }

  private async wishIds(): Promise<string[]> {
    return (await this.database.query<{ id: string }>(wishes, [USUAL, MAX_WISHES])).map(({ id }) => id);
  }
}
