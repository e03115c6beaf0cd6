import { Inject, Injectable } from '@nestjs/common';
import { actorOf, belongsTo, can, DomainError, EventLog, IdempotentCommands, newId, notFound, settingsOf, statement } from 'wardline';
import type { SettingsOf, StaffPrincipal, Transaction } from 'wardline';
import { IsNull } from 'typeorm';
import { errors } from '../errors.js';
import { CleaningTask } from './cleaning-task.entity.js';

const deptOfBed = statement('st_jude_dept_of_bed', 'SELECT r.dept_id AS dept FROM beds b JOIN rooms r ON r.id = b.room_id WHERE b.id = $1');
const now = statement('st_jude_now', 'SELECT app_now() AS now');

/** The answer of every command. */
export interface CleaningAnswer {
  task_id: string;
  bed_id: string;
}

/** Beds to be cleaned. Each command is one transaction: the task, the event, the answer of its key. */
@Injectable()
export class Cleaning {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly log: EventLog,
    @Inject(settingsOf('st-jude')) private readonly settings: SettingsOf<'st-jude'>,
  ) {}

  ask(staff: StaffPrincipal, bedId: string, key: string): Promise<CleaningAnswer> {
    return this.commands.run(actorOf(staff), key, { type: 'st-jude.cleaning.ask', bed_id: bedId }, async (tx) => {
      const dept = await this.deptOf(tx, staff, bedId);
      if (!can(staff, 'cleaning.order')) throw new DomainError('FORBIDDEN', 'nurses, managers and doctors order it');
      return this.askIn(tx, dept, bedId, actorOf(staff));
    });
  }

  /** In a transaction that somebody else has begun. */
  async askIn(tx: Transaction, dept: string, bedId: string, actorId = 'system'): Promise<CleaningAnswer> {
    const open = await tx.manager.findOneBy(CleaningTask, { bedId, doneAt: IsNull() });
    if (open) return answerOf(open);
    const dueAt = new Date((await this.time(tx)).getTime() + this.settings.ST_JUDE_CLEANING_SEC * 1000);
    const task = await tx.manager.save(CleaningTask, { id: newId(), bedId, dept, dueAt, doneAt: null });
    this.log.append(tx, { dept, type: 'st-jude.cleaning.asked', data: answerOf(task), actorId });
    return answerOf(task);
  }

  done(staff: StaffPrincipal, bedId: string, key: string): Promise<CleaningAnswer> {
    return this.commands.run(actorOf(staff), key, { type: 'st-jude.cleaning.done', bed_id: bedId }, async (tx) => {
      const dept = await this.deptOf(tx, staff, bedId);
      const open = await tx.manager.findOneBy(CleaningTask, { bedId, doneAt: IsNull() });
      if (!open) throw errors.NOT_IN_CLEANING('nobody has asked for it');
      open.doneAt = await this.time(tx);
      await tx.manager.save(open);
      this.log.append(tx, { dept, type: 'st-jude.cleaning.done', data: answerOf(open), actorId: actorOf(staff) });
      return answerOf(open);
    });
  }

  private async deptOf(tx: Transaction, staff: StaffPrincipal, bedId: string): Promise<string> {
    const bed = await tx.one<{ dept: string }>(deptOfBed, [bedId]);
    if (!bed || !belongsTo(staff, bed.dept)) throw notFound('bed');
    return bed.dept;
  }

  /** Wardline's time, which tests can move. */
  private async time(tx: Transaction): Promise<Date> {
    return (await tx.one<{ now: Date }>(now))!.now;
  }
}

function answerOf({ id, bedId }: CleaningTask): CleaningAnswer {
  return { task_id: id, bed_id: bedId };
}
