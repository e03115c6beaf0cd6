import { Injectable } from '@nestjs/common';
import { type Statement, statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type Actor, CallJournal } from '../call-journal.js';
import type { CallReason } from '../call-events.js';
import { CALL_VIEW, type CallState, callView, type CallView } from '../call.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';
import { askDecliners, OR_ASK_AGAIN, withdraw } from '../annunciations/asking.js';
import { LADDER_SEC, type LadderClock, nextDeadline } from '../policies/escalation-clock.js';
import { type AskingCall, Recipients } from '../annunciations/recipients.js';

/** What each level adds to the priority. */
const PRIORITY_OF_LEVEL = { 1: 1, 2: 2, 3: 5 } as const;
const TOP_LEVEL = 3;
/** The failsafe counts from this moment, not from a deadline. */
const AT_ONCE = 0;
type Level = keyof typeof PRIORITY_OF_LEVEL;

const EARLY = `CASE $6::int WHEN 0 THEN ${LADDER_SEC} ELSE c.top_level_sec END`;
/**
 * Climbs, and adds one person ($4, for the reason $5) where there is one; the failsafe is to count from the deadline of level $6, or from now
 * (0). Answers the call as it stands then.
 */
const climb = statement(
  'climb_call',
  `WITH added AS (
     INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason) SELECT $1, p.id, p.role, app_now(), $5 FROM staff p WHERE p.id = $4
     ${OR_ASK_AGAIN} RETURNING call_id, staff_id, role, queued_at, reason, withdrawn_at
   )
   UPDATE calls c SET level = $2::int, priority = priority + $3, failsafe_from = $6::int, top_level_sec = ${EARLY}, engine_failures = 0, engine_retry_at = NULL,
     next_escalation_at = ${nextDeadline({ level: '$2::int', from: '$6::int', early: EARLY })}
   WHERE c.id = $1 RETURNING ${callView(`(SELECT call_id, staff_id, role, queued_at, reason, withdrawn_at FROM annunciations o
     WHERE NOT EXISTS (SELECT FROM added n WHERE n.staff_id = o.staff_id) UNION ALL SELECT call_id, staff_id, role, queued_at, reason, withdrawn_at FROM added)`)}`,
);
const raisePriority = statement('raise_priority', 'UPDATE calls SET priority = priority + 1 WHERE id = $1');
const repeat = statement(
  'repeat_escalation',
  `UPDATE calls c SET failsafe_repeats = $2::int, engine_failures = 0, engine_retry_at = NULL, next_escalation_at = ${nextDeadline({ repeats: '$2::int' })}
   WHERE c.id = $1 RETURNING ${CALL_VIEW}`,
);
const setDeadline = statement(
  'set_next_escalation',
  `UPDATE calls c SET engine_failures = 0, engine_retry_at = NULL, next_escalation_at = ${nextDeadline()} WHERE c.id = $1`,
);

/** The ladder of a pending call whose row is locked; `escalation-clock.ts` says when it climbs. */
@Injectable()
export class CallEscalation {
  constructor(
    private readonly calls: CallsRepository,
    private readonly recipients: Recipients,
    private readonly journal: CallJournal,
  ) {}

  /** Brings the call to the level that is due, one event for each level crossed; past level 3, tells everybody again. */
  async advance(tx: Transaction, call: AskingCall, clock: LadderClock): Promise<void> {
    let { level } = clock;
    let passedOn = false;
    while (level < TOP_LEVEL && (clock.dueLevel > level || passedOn)) {
      level++;
      const isReached = await this.reach(tx, call, level as Level, level === TOP_LEVEL ? clock.dueLevel : TOP_LEVEL);
      passedOn = !isReached && call.dispatch !== 'broadcast';
    }
    if (level === TOP_LEVEL && clock.dueRepeats > clock.repeats) await this.repeat(tx, call.id, clock.dueRepeats);
    else if (level === clock.level) await tx.query(setDeadline, [call.id]); // Claimed before its time: it would be claimed for ever.
  }

  /**
   * Nobody on duty can be asked: everyone who is signed in and the managers are told, and levels 1 and 2 pass at once. Where none of these can
   * be reached either, level 3 does, too; otherwise it keeps its deadline.
   */
  async nobodyToAsk(tx: Transaction, call: AskingCall, before: CallView): Promise<CallView> {
    const reason = await this.recipients.whyNobody(tx, call);
    await this.recipients.addEverybody(tx, call);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.unattended', view, 'system', { reason });
    for (let level = before.level + 1; level < TOP_LEVEL; level++) await this.reach(tx, call, level as Level);
    if (before.level < TOP_LEVEL && !(await this.recipients.hasSecondLine(tx, call.id))) await this.topLevelNow(tx, call);
    return this.calls.view(tx, call.id);
  }

  /** Nobody of level 2 can be reached (any more): level 3 fires at once. */
  async topLevelNow(tx: Transaction, call: AskingCall): Promise<void> {
    await this.reach(tx, call, TOP_LEVEL, AT_ONCE);
  }

  /**
   * The call is pending (again) for who is left: the next nurse is asked at once; where nobody is left, everybody.
   * Appends `call.pending` with the reason, and what follows from it.
   */
  async passOn(tx: Transaction, call: AskingCall, by: Actor, from: CallState, reason: CallReason): Promise<CallView> {
    const asked = await this.recipients.addNext(tx, call);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.pending', view, by, { from, reason });
    this.journal.assigned(tx, view, by, asked);
    if (asked.length > 0 || (await this.recipients.hasWilling(tx, call))) return view;
    return this.nobodyToAsk(tx, call, view);
  }

  /**
   * A person steps back from an open call: it is withdrawn from them, and goes on where they were the one who was asked. A call
   * that everybody was told of needs nobody else while somebody is left.
   */
  async stepBack(tx: Transaction, call: LockedCall, staffId: string, by: Actor, reason: CallReason): Promise<void> {
    await tx.query(withdraw, [call.id, staffId]);
    const wasTakenOn = call.state !== 'pending';
    if (wasTakenOn) await this.calls.reopen(tx, call.id);
    if (wasTakenOn || call.dispatch === 'assigned') await this.passOn(tx, call, by, call.state, reason);
    else if (!(await this.recipients.hasWilling(tx, call))) await this.nobodyToAsk(tx, call, await this.calls.view(tx, call.id));
  }

  /** A person who was asked does not hear: the next one is asked, too. */
  async passOver(tx: Transaction, call: AskingCall): Promise<void> {
    const asked = await this.recipients.addNext(tx, call);
    const view = await this.calls.view(tx, call.id);
    if (asked.length > 0) {
      this.journal.append(tx, 'call.pending', view, 'system', { from: 'pending', reason: 'no_receipt' });
      this.journal.assigned(tx, view, 'system', asked);
    } else if (!(await this.recipients.hasWilling(tx, call))) await this.nobodyToAsk(tx, call, view);
  }

  /** One of its people has left the queue: the next nurse is added at once. The level stays: levels belong to the ladder. */
  async replaceLost(tx: Transaction, call: AskingCall): Promise<void> {
    const asked = await this.recipients.addNext(tx, call);
    await tx.query(raisePriority, [call.id]);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.escalated', view, 'system', { reason: 'nurse_disconnected', level: view.level });
    this.journal.assigned(tx, view, 'system', asked);
    if (asked.length === 0 && !(await this.recipients.hasWilling(tx, call))) await this.nobodyToAsk(tx, call, view);
  }

  /**
   * The event tells people of the level again who were asked before.
   * @param from the level from whose deadline on the failsafe counts. @returns whether somebody of the level can be reached
   */
  private async reach(tx: Transaction, call: AskingCall, level: Level, from: number = TOP_LEVEL): Promise<boolean> {
    const next = level === 1 ? await this.recipients.next(tx, call) : undefined;
    const reached = next !== undefined || (await this.addOthers(tx, call, level));
    const values = [call.id, level, PRIORITY_OF_LEVEL[level], next?.staffId ?? null, next?.reason ?? null, from];
    this.journal.append(tx, 'call.escalated', await this.changed(tx, climb, values), 'system', { reason: 'timeout', level });
    return reached;
  }

  private async addOthers(tx: Transaction, call: AskingCall, level: Level): Promise<boolean> {
    if (level === 1) return false;
    const added = level === 2 ? await this.recipients.addManagers(tx, call) : await this.recipients.addAdministrators(tx, call);
    return added.length > 0 || level === TOP_LEVEL || (await this.recipients.hasSecondLine(tx, call.id));
  }

  private async repeat(tx: Transaction, id: string, number: number): Promise<void> {
    await tx.query(askDecliners, [id]);
    const view = await this.changed(tx, repeat, [id, number]);
    this.journal.append(tx, 'call.escalated', view, 'system', { reason: 'timeout', level: TOP_LEVEL, repeat: number });
  }

  private async changed(tx: Transaction, change: Statement, values: readonly unknown[]): Promise<CallView> {
    const view = await tx.one<CallView & Record<string, unknown>>(change, values);
    if (!view) throw new Error('a locked call cannot be changed');
    return view;
  }
}
