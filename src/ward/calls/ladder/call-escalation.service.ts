import { Injectable } from '@nestjs/common';
import { type Statement, statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type Actor, CallJournal } from '../call-journal.js';
import type { CallReason } from '../call-events.js';
import { CALL_VIEW, type CallState, callView, type CallView } from '../call.js';
import { CallsRepository } from '../calls.repository.js';
import { type LadderClock, nextDeadline } from '../policies/escalation-clock.js';
import { type AskingCall, Recipients } from '../annunciations/recipients.js';

/** What each level adds to the priority. */
const PRIORITY_OF_LEVEL = { 1: 1, 2: 2, 3: 5 } as const;
const TOP_LEVEL = 3;
type Level = keyof typeof PRIORITY_OF_LEVEL;

/**
 * Climbs, and adds one person ($4, for the reason $5) where there is one; the failsafe is to count from the deadline of level $6. Answers the
 * call as it stands then.
 */
const climb = statement(
  'climb_call',
  `WITH added AS (
     INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason) SELECT $1, p.id, p.role, app_now(), $5 FROM staff p WHERE p.id = $4
     ON CONFLICT (call_id, staff_id) DO NOTHING RETURNING call_id, staff_id, role, queued_at, reason, withdrawn_at
   )
   UPDATE calls c SET level = $2::int, priority = priority + $3, failsafe_from = $6::int, engine_failures = 0, engine_retry_at = NULL,
     next_escalation_at = ${nextDeadline({ level: '$2::int', from: '$6::int' })}
   WHERE c.id = $1 RETURNING ${callView(`(SELECT call_id, staff_id, role, queued_at, reason, withdrawn_at FROM annunciations
     UNION ALL SELECT call_id, staff_id, role, queued_at, reason, withdrawn_at FROM added)`)}`,
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
      const reached = await this.reach(tx, call, level as Level, level === TOP_LEVEL ? clock.dueLevel : TOP_LEVEL);
      passedOn = reached.length === 0 && call.dispatch !== 'broadcast';
    }
    if (level === TOP_LEVEL && clock.dueRepeats > clock.repeats) await this.repeat(tx, call.id, clock.dueRepeats);
    else if (level === clock.level) await tx.query(setDeadline, [call.id]); // Claimed before its time: it would be claimed for ever.
  }

  /** Nobody on duty can be asked: everyone who is signed in and the managers are told, and levels 1 and 2 pass at once. Level 3 keeps its deadline. */
  async nobodyToAsk(tx: Transaction, call: AskingCall, before: CallView): Promise<CallView> {
    await this.recipients.addEverybody(tx, call);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.unattended', view, 'system', { reason: 'nobody_on_duty' });
    for (let level = before.level + 1; level < TOP_LEVEL; level++) await this.reach(tx, call, level as Level);
    return this.calls.view(tx, call.id);
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

  /** One of its people has left the queue: the next nurse is added at once. The level stays: levels belong to the ladder. */
  async replaceLost(tx: Transaction, call: AskingCall): Promise<void> {
    const asked = await this.recipients.addNext(tx, call);
    await tx.query(raisePriority, [call.id]);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.escalated', view, 'system', { reason: 'nurse_disconnected', level: view.level });
    this.journal.assigned(tx, view, 'system', asked);
    if (asked.length === 0 && !(await this.recipients.hasWilling(tx, call))) await this.nobodyToAsk(tx, call, view);
  }

  /** @param from the level from whose deadline on the failsafe counts. @returns who was added and can be reached */
  private async reach(tx: Transaction, call: AskingCall, level: Level, from: number = TOP_LEVEL): Promise<string[]> {
    const next = level === 1 ? await this.recipients.next(tx, call) : undefined;
    const added = next ? [next.staffId] : await this.addOthers(tx, call, level);
    const values = [call.id, level, PRIORITY_OF_LEVEL[level], next?.staffId ?? null, next?.reason ?? null, from];
    this.journal.append(tx, 'call.escalated', await this.changed(tx, climb, values), 'system', { reason: 'timeout', level });
    return added;
  }

  private async addOthers(tx: Transaction, call: AskingCall, level: Level): Promise<string[]> {
    if (level === 1) return [];
    return level === 2 ? this.recipients.addManagers(tx, call) : this.recipients.addAdministrators(tx, call);
  }

  private async repeat(tx: Transaction, id: string, number: number): Promise<void> {
    const view = await this.changed(tx, repeat, [id, number]);
    this.journal.append(tx, 'call.escalated', view, 'system', { reason: 'timeout', level: TOP_LEVEL, repeat: number });
  }

  private async changed(tx: Transaction, change: Statement, values: readonly unknown[]): Promise<CallView> {
    const view = await tx.one<CallView & Record<string, unknown>>(change, values);
    if (!view) throw new Error('a locked call cannot be changed');
    return view;
  }
}
