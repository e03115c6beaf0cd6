import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { DeliveryProgress } from '../delivery/delivery-progress.js';
import type { Head } from '../log/event-log.js';
import { LogEpoch } from '../log/log-epoch.js';
import { EventPages } from './event-pages.js';
import { ReaderWait } from './reader-wait.js';

/** A client's position in each department, and the options of its poll. */
export interface DepartmentsPoll {
  depts: readonly string[];
  /** `seq` of the newest event that the client has; a department without one begins with its snapshot. */
  after: ReadonlyMap<string, number>;
  epoch: string | undefined;
  /** Events of one department, at most. */
  limit: number;
  /** Seconds to wait where there is nothing yet. */
  wait: number;
}

/** Pages of several departments' logs in one answer. */
@Injectable()
export class DepartmentsPollService {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly pages: EventPages,
    private readonly epoch: LogEpoch,
    private readonly wait: ReaderWait,
  ) {}

  /** @throws DomainError NOT_FOUND where the reader may not read one of them */
  async poll(
    reader: ReaderPrincipal,
    { depts, after, epoch, limit, wait }: DepartmentsPoll,
    progress: DeliveryProgress,
    gone: AbortSignal,
  ) {
    for (const dept of depts) this.access.require(reader, dept);
    const heads = new Map<string, Head>();
    for (const [at, head] of (await Promise.all(depts.map((dept) => this.pages.head(dept)))).entries()) heads.set(depts[at] ?? '', head);
    const under = this.epoch.current;
    const isSameEpoch = epoch === undefined || epoch === under;
    const isKnown = (dept: string) => {
      const seq = after.get(dept);
      const head = heads.get(dept);
      return isSameEpoch && seq !== undefined && head !== undefined && seq <= head.head && seq >= head.purged;
    };
    let known = depts.filter(isKnown);
    // A client asks for the events behind those that it has: its receipt of everything before.
    for (const dept of known) if ((after.get(dept) ?? 0) > 0) progress.acknowledged(reader, dept, after.get(dept) ?? 0);
    const isBehind = known.length < depts.length || known.some((dept) => (after.get(dept) ?? 0) < (heads.get(dept)?.head ?? 0));
    if (wait > 0 && !isBehind) await this.wait.next(reader, new Map(known.map((dept) => [dept, heads.get(dept)?.head ?? 0])), wait, gone);
    // During the wait the log may have become another one: then no place in it holds any more.
    const current = this.epoch.current;
    if (current !== under) known = [];
    const items: ({ dept: string } & Awaited<ReturnType<EventPages['read']>>[number])[] = [];
    const places: Record<string, number> = {};
    for (const dept of known) {
      const events = await this.pages.read(dept, after.get(dept) ?? 0, limit);
      items.push(...events.map((event) => ({ dept, ...event })));
      places[dept] = events.at(-1)?.seq ?? after.get(dept) ?? 0;
      if (events.length > 0) progress.handed(reader, dept, places[dept]);
    }
    return {
      items,
      after: Object.entries(places)
        .map(([dept, seq]) => `${dept}:${String(seq)}`)
        .join(','),
      heads: Object.fromEntries(known.map((dept) => [dept, Math.max(heads.get(dept)?.head ?? 0, places[dept] ?? 0)])),
      reset: depts.filter((dept) => !known.includes(dept)),
      epoch: current,
    };
  }
}
