import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { eachLimited, patiently } from '../../bench/client/patience.js';
import type { Session } from '../../bench/client/session.js';
import type { StreamCheck } from '../../bench/client/stream-check.js';
import type { Ledger } from './ledger.js';
import type { Ward } from '../ward.js';

const PAGE = 200;
const DEPARTMENTS_AT_ONCE = 4;
const LOOK_AGAIN_MS = 250;

const pageSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      seq: z.int(),
      type: z.string(),
      data: z.object({ call_id: z.string().optional() }),
    }),
  ),
  head: z.int(),
});

type Page = z.infer<typeof pageSchema>;

export interface AuditResult {
  /** Events in the logs between the readers' snapshots and the heads. */
  events: number;
  /** Holes in the log itself. */
  logGaps: number;
  /** Events of the log that a reader should have had and had not, over all readers. */
  lost: number;
  /** Places of the log where the readers got another event than the log has. */
  mismatched: number;
  /** Acknowledged commands whose event is not in the log. */
  acknowledgedWithoutEvent: string[];
}

async function readPage(admin: Session, dept: string, after: number, limit: number): Promise<Page> {
  const path = `/api/v1/departments/${dept}/events?after=${String(after)}&limit=${String(limit)}`;
  return pageSchema.parse((await patiently(() => admin.must('GET', path))).body);
}

/** The readers that have begun: only an interrupted start leaves some that have not. */
function streams(ward: Ward): StreamCheck[] {
  return ward.nurses.map((nurse) => nurse.stream).filter((stream) => stream.base !== undefined);
}

/** Waits until each connected reader has what its log holds, or until `patienceMs` are over. */
export async function settle(admin: Session, wards: readonly Ward[], patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  await eachLimited(wards, DEPARTMENTS_AT_ONCE, async (ward) => {
    const known = Math.max(0, ...streams(ward).map((stream) => stream.last ?? 0));
    const { head } = await readPage(admin, ward.dept, known, 1);
    while (performance.now() < deadline) {
      if (streams(ward).every((stream) => (stream.last ?? 0) >= head)) return;
      await sleep(LOOK_AGAIN_MS);
    }
  });
}

/** Compares what the readers of one department got with what its log says. */
async function auditWard(admin: Session, ward: Ward, ledger: Ledger, result: AuditResult): Promise<void> {
  const readers = streams(ward);
  const base = Math.min(...readers.map((stream) => stream.base ?? Infinity));
  if (!Number.isFinite(base)) return;
  let at = base;
  let head = at + 1;
  while (at < head) {
    const page = await readPage(admin, ward.dept, at, PAGE);
    head = page.head;
    if (page.items.length === 0) break;
    for (const event of page.items) {
      if (event.seq !== at + 1) result.logGaps += 1;
      at = event.seq;
      result.events += 1;
      const seen = ward.seen.get(event.seq);
      if (seen !== undefined && seen !== event.id) result.mismatched += 1;
      if (event.data.call_id !== undefined) ledger.found(event.data.call_id, event.type);
    }
  }
  if (at < head) result.logGaps += 1;
  for (const stream of readers) {
    const behind = stream.last === undefined ? 0 : Math.max(0, at - stream.last);
    result.lost += behind + stream.missing + stream.steppedOver;
  }
}

/**
 * Proves from the server's own log that nothing was lost: each reader had every event from its snapshot to the head, and every
 * acknowledged command is in the log.
 */
export async function audit(admin: Session, wards: readonly Ward[], ledger: Ledger): Promise<AuditResult> {
  const result: AuditResult = {
    events: 0,
    logGaps: 0,
    lost: 0,
    mismatched: 0,
    acknowledgedWithoutEvent: [],
  };
  await eachLimited(wards, DEPARTMENTS_AT_ONCE, (ward) => auditWard(admin, ward, ledger, result));
  result.acknowledgedWithoutEvent = ledger.unpaid();
  return result;
}
