import { Injectable } from '@nestjs/common';
import { statement } from '../database/statement.js';
import type { Transaction } from '../database/transactions.js';
import { type Actor, CallJournal } from './call-journal.js';
import type { CallReason } from './call-events.js';
import type { CallState, CallView } from './call.js';
import { CallsRepository } from './calls.repository.js';
import { type AskingCall, Recipients } from './recipients.js';

/** What each level adds to the priority. */
const PRIORITY_OF_LEVEL = { 1: 1, 2: 2, 3: 5 } as const;
const TOP_LEVEL = 3;
type Level = keyof typeof PRIORITY_OF_LEVEL;

const DEADLINE = (level: string) =>
  `(placed_at + paused + make_interval(secs => CASE ${level} WHEN 1 THEN l1_sec WHEN 2 THEN l2_sec ELSE l3_sec END))`;

const clock = statement(
  'escalation_clock',
  `SELECT level, ${DEADLINE('level + 1')} <= app_now() AS due,
     greatest(0, floor(extract(epoch FROM app_now() - ${DEADLINE('3')}) / repeat_sec))::int AS "repeatsDue", failsafe_repeats AS repeats
   FROM calls WHERE id = $1`,
);
const climb = statement('climb_call', 'UPDATE calls SET level = $2, priority = priority + $3 WHERE id = $1');
const raisePriority = statement('raise_priority', 'UPDATE calls SET priority = priority + 1 WHERE id = $1');
const setRepeats = statement('set_failsafe_repeats', 'UPDATE calls SET failsafe_repeats = $2 WHERE id = $1');
const setDeadline = statement(
  'set_next_escalation',
  `UPDATE calls SET engine_failures = 0, engine_retry_at = NULL, next_escalation_at = CASE WHEN level < 3 THEN ${DEADLINE('level + 1')}
     ELSE ${DEADLINE('3')} + make_interval(secs => (failsafe_repeats + 1) * repeat_sec) END WHERE id = $1`,
);

interface Clock {
  level: number;
  due: boolean;
  repeatsDue: number;
  repeats: number;
}

/**
 * The ladder of a pending call whose row is locked. Deadlines are absolute: each is placed_at + its seconds + what the call stood
 * accepted, so that a late run never shifts the next one.
 */
@Injectable()
export class CallEscalation {
  constructor(
    private readonly calls: CallsRepository,
    private readonly recipients: Recipients,
    private readonly journal: CallJournal,
  ) {}

  /** Brings the call to the level that is due, one event for each level crossed; past level 3, tells everybody again. */
  async advance(tx: Transaction, call: AskingCall): Promise<void> {
    let now = await this.read(tx, call.id);
    let passedOn = false;
    while (now.level < TOP_LEVEL && (now.due || passedOn)) {
      const reached = await this.reach(tx, call, (now.level + 1) as Level);
      passedOn = reached.length === 0 && call.dispatch !== 'broadcast';
      now = await this.read(tx, call.id);
    }
    if (now.level === TOP_LEVEL && now.repeatsDue > now.repeats) {
      await tx.query(setRepeats, [call.id, now.repeatsDue]);
      this.journal.append(tx, 'call.escalated', await this.calls.view(tx, call.id), 'system', {
        reason: 'timeout',
        level: TOP_LEVEL,
        repeat: now.repeatsDue,
      });
    }
    await tx.query(setDeadline, [call.id]);
  }

  /** Nobody on duty can be asked: everyone who is signed in and the managers are told, and levels 1 and 2 pass at once. */
  async nobodyToAsk(tx: Transaction, call: AskingCall, before: CallView): Promise<CallView> {
    await this.recipients.addEverybody(tx, call);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.unattended', view, 'system', { reason: 'nobody_on_duty' });
    for (let level = before.level + 1; level < TOP_LEVEL; level++) await this.reach(tx, call, level as Level);
    await tx.query(setDeadline, [call.id]);
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

  /** @returns who was added and can be reached */
  private async reach(tx: Transaction, call: AskingCall, level: Level): Promise<string[]> {
    const added = await this.addPeople(tx, call, level);
    await tx.query(climb, [call.id, level, PRIORITY_OF_LEVEL[level]]);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.escalated', view, 'system', { reason: 'timeout', level });
    return added;
  }

  private addPeople(tx: Transaction, call: AskingCall, level: Level): Promise<string[]> {
    if (level === 1) return this.recipients.addNext(tx, call);
    return level === 2 ? this.recipients.addManagers(tx, call) : this.recipients.addAdministrators(tx, call);
  }

  private async read(tx: Transaction, id: string): Promise<Clock> {
    const now = await tx.one<Clock & Record<string, unknown>>(clock, [id]);
    if (!now) throw new Error('a locked call cannot be read');
    return now;
  }
}
