import { Injectable } from '@nestjs/common';
import { type Statement, statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type Actor, CallJournal } from '../call-journal.js';
import type { CallReason } from '../call-events.js';
import { CALL_VIEW, type CallState, callView, type CallView } from '../call.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';
import { askDecliners, ASKING_COLUMNS, askingsWith, OR_ASK_AGAIN, withdraw } from '../annunciations/asking.js';
import { LADDER_SEC, type LadderClock, nextDeadline } from '../policies/escalation-clock.js';
import { type DispatchInput, Recipients } from '../annunciations/recipients.js';

/** The priority that each level adds. */
const PRIORITY_OF_LEVEL = { 1: 1, 2: 2, 3: 5 } as const;
const TOP_LEVEL = 3;
/** The failsafe counts from this moment, not from a deadline. */
const AT_ONCE = 0;
type Level = keyof typeof PRIORITY_OF_LEVEL;

/** A level 3 that comes at once, and had fallen due before, counts from its deadline: a late run shifts nothing. */
const EARLY = `CASE $6::int WHEN 0 THEN least(${LADDER_SEC}, c.l3_sec) ELSE c.top_level_sec END`;
/**
 * Raises the level, and adds one person ($4, for the reason $5) if there is one. The failsafe counts from the deadline of
 * level $6, or from now (0). Returns the call as it is then.
 */
const climb = statement(
  'climb_call',
  `WITH added AS (
     INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason) SELECT $1, p.id, p.role, app_now(), $5 FROM staff p WHERE p.id = $4
     ${OR_ASK_AGAIN} RETURNING ${ASKING_COLUMNS}
   )
   UPDATE calls c SET level = $2::int, priority = priority + $3, failsafe_from = $6::int, top_level_sec = ${EARLY}, engine_failures = 0, engine_retry_at = NULL,
     next_escalation_at = ${nextDeadline({ level: '$2::int', from: '$6::int', early: EARLY })}
   WHERE c.id = $1 RETURNING ${callView(askingsWith('added'))}`,
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

  /** Raises the call to the level that is due, with one event for each level crossed. Past level 3, it asks everybody again. */
  async advance(tx: Transaction, call: DispatchInput, clock: LadderClock): Promise<void> {
    let { level } = clock;
    let passedOn = false;
    while (level < TOP_LEVEL && (clock.dueLevel > level || passedOn)) {
      level++;
      const isReached = await this.raiseToLevel(tx, call, level as Level, level === TOP_LEVEL ? clock.dueLevel : TOP_LEVEL);
      passedOn = !isReached && call.dispatch !== 'broadcast';
    }
    if (level === TOP_LEVEL && clock.dueRepeats > clock.repeats) await this.repeat(tx, call.id, clock.dueRepeats);
    else if (level === clock.level) await tx.query(setDeadline, [call.id]); // Claimed before its time: it would be claimed for ever.
  }

  /**
   * Nobody on duty can be asked: everyone who is signed in and the managers are added, and levels 1 and 2 pass at once. When
   * none of these can be reached either, level 3 passes, too; otherwise it keeps its deadline.
   */
  async escalateUnattended(tx: Transaction, call: DispatchInput, before: CallView): Promise<CallView> {
    const reason = await this.recipients.whyNobody(tx, call);
    await this.recipients.addAllSignedIn(tx, call);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.unattended', view, 'system', { reason });
    for (let level = before.level + 1; level < TOP_LEVEL; level++) await this.raiseToLevel(tx, call, level as Level);
    if (before.level < TOP_LEVEL && !(await this.recipients.hasSecondLine(tx, call.id))) await this.topLevelNow(tx, call);
    return this.calls.view(tx, call.id);
  }

  /** Nobody of level 2 can be reached (any more): level 3 fires at once. */
  async topLevelNow(tx: Transaction, call: DispatchInput): Promise<void> {
    await this.raiseToLevel(tx, call, TOP_LEVEL, AT_ONCE);
  }

  /**
   * The call is pending (again) for who is left: the next nurse is asked at once; where nobody is left, everybody.
   * Appends `call.pending` with the reason, and what follows from it.
   */
  async redispatch(tx: Transaction, call: DispatchInput, by: Actor, from: CallState, reason: CallReason): Promise<CallView> {
    const { asked, view } = await this.askNext(tx, call);
    this.journal.append(tx, 'call.pending', view, by, { from, reason });
    this.journal.assigned(tx, view, by, asked);
    if (asked.length > 0 || (await this.recipients.hasReachableRecipient(tx, call))) return view;
    return this.escalateUnattended(tx, call, view);
  }

  /**
   * A person steps back from an open call: it is withdrawn from them. If they were the one who was asked, it goes on to the
   * next. A call that was shown to everybody needs nobody else while a recipient is left, or another person has accepted it.
   */
  async stepBack(tx: Transaction, call: LockedCall, staffId: string, by: Actor, reason: CallReason): Promise<void> {
    const wasAsked = (await tx.query(withdraw, [call.id, staffId])).length > 0;
    const isAnothers = call.state === 'accepted' && call.acceptedBy !== staffId;
    if (call.state !== 'pending' && !isAnothers) await this.calls.reopen(tx, call.id);
    if (!isAnothers && (call.state !== 'pending' || call.dispatch === 'assigned')) await this.redispatch(tx, call, by, call.state, reason);
    else if (!isAnothers && !(await this.recipients.hasReachableRecipient(tx, call)))
      await this.escalateUnattended(tx, call, await this.calls.view(tx, call.id));
    else if (wasAsked) this.journal.withdrawn(tx, await this.calls.view(tx, call.id), by, staffId, reason);
  }

  /** A person who was asked does not hear: the next one is asked, too. */
  async passOver(tx: Transaction, call: DispatchInput): Promise<void> {
    const { asked, view } = await this.askNext(tx, call);
    if (asked.length > 0) {
      this.journal.append(tx, 'call.pending', view, 'system', { from: 'pending', reason: 'no_receipt' });
      this.journal.assigned(tx, view, 'system', asked);
    } else if (!(await this.recipients.hasReachableRecipient(tx, call))) await this.escalateUnattended(tx, call, view);
  }

  /** One of its people has left the queue: the next nurse is added at once. The level stays: levels belong to the ladder. */
  async replaceDisconnected(tx: Transaction, call: DispatchInput): Promise<void> {
    await tx.query(raisePriority, [call.id]);
    const { asked, view } = await this.askNext(tx, call);
    this.journal.append(tx, 'call.escalated', view, 'system', { reason: 'nurse_disconnected', level: view.level });
    this.journal.assigned(tx, view, 'system', asked);
    if (asked.length === 0 && !(await this.recipients.hasReachableRecipient(tx, call))) await this.escalateUnattended(tx, call, view);
  }

  private async askNext(tx: Transaction, call: DispatchInput): Promise<{ asked: string[]; view: CallView }> {
    const { asked, view } = await this.recipients.askNext(tx, call);
    if (!view) throw new Error('a locked call cannot be read');
    return { asked, view };
  }

  /**
   * Raises the call to a level. The event also asks people of the level who were asked before.
   * @param from the level from whose deadline on the failsafe counts. @returns whether somebody of the level can be reached
   */
  private async raiseToLevel(tx: Transaction, call: DispatchInput, level: Level, from: number = TOP_LEVEL): Promise<boolean> {
    const next = level === 1 ? await this.recipients.next(tx, call) : undefined;
    const reached = next !== undefined || (await this.addOthers(tx, call, level));
    const values = [call.id, level, PRIORITY_OF_LEVEL[level], next?.staffId ?? null, next?.reason ?? null, from];
    this.journal.append(tx, 'call.escalated', await this.changed(tx, climb, values), 'system', { reason: 'timeout', level });
    return reached;
  }

  private async addOthers(tx: Transaction, call: DispatchInput, level: Level): Promise<boolean> {
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
