import { Injectable } from '@nestjs/common';
import { CallWithdrawal } from '../calls/commands/call-withdrawal.service.js';
import { RaiseCallService } from '../calls/commands/raise-call.service.js';
import { DomainError } from '../../platform/common/errors.js';
import { Logger } from '../../platform/logging/logger.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { IS_OPEN } from '../calls/call.js';

/** More silent stations than these at once are one fault: of a switch, a cable, a power supply. */
const MAX_CALLS = 5;
const FAULT = 'technical_fault';

const read = statement(
  'read_department_fault',
  `SELECT d.call_id AS "callId", EXISTS (SELECT FROM calls c WHERE c.id = d.call_id AND ${IS_OPEN}) AS "isOpen",
     (SELECT c.id FROM stations s JOIN rooms r ON r.id = s.room_id JOIN calls c ON c.id = s.stale_call_id
      WHERE r.dept_id = d.dept_id AND s.stale_since IS NOT NULL AND ${IS_OPEN} ORDER BY c.placed_at, c.id LIMIT 1) AS "oldestOwn"
   FROM station_supervision d WHERE d.dept_id = $1`,
);
const setCommon = statement('set_department_fault', 'UPDATE station_supervision SET call_id = $2 WHERE dept_id = $1');
const setOwn = statement('set_station_fault', 'UPDATE stations SET stale_call_id = $2 WHERE id = $1');

/** A station of a department whose supervision row is locked. */
export interface SupervisedStation {
  id: string;
  dept: string;
  roomId: string;
  bedId: string | null;
}

interface DepartmentFault {
  /** The one call for many. */
  callId: string | null;
  isOpen: boolean;
  oldestOwn: string | null;
}

/** The calls that silent stations make: one each, and one for all where there are many at once. */
@Injectable()
export class FaultCalls {
  constructor(
    private readonly raising: RaiseCallService,
    private readonly withdrawal: CallWithdrawal,
    private readonly logger: Logger,
  ) {}

  /** @param silent how many of the department are silent now, this one among them */
  async begin(tx: Transaction, station: SupervisedStation, silent: number): Promise<void> {
    if (silent > MAX_CALLS) return this.joinCommon(tx, station);
    const placed = await this.place(tx, station);
    if (placed !== undefined) await tx.query(setOwn, [station.id, placed]);
  }

  /**
   * The station is heard again. The one call for many stays until none of them is left.
   * @param own the call that was placed for this station alone
   * @param silent how many of the department still are stale
   */
  async end(tx: Transaction, dept: string, own: string | null, silent: number): Promise<void> {
    const { callId, isOpen } = await this.fault(tx, dept);
    const ended = new Set<string>();
    if (own !== null && own !== callId) ended.add(own);
    if (callId !== null && silent === 0) ended.add(callId);
    // In the order in which calls are locked.
    for (const id of [...ended].sort()) await this.withdrawal.withdraw(tx, id, 'restored');
    if (callId !== null && (silent === 0 || (silent <= MAX_CALLS && !isOpen))) await tx.query(setCommon, [dept, null]);
  }

  /**
   * No further call while there is one for many. Stations that fell silent one after another have calls of their own: the oldest of these
   * becomes it. One that a person has closed is not placed again: they know.
   */
  private async joinCommon(tx: Transaction, station: SupervisedStation): Promise<void> {
    const { callId, isOpen, oldestOwn } = await this.fault(tx, station.dept);
    if (isOpen) return;
    const common = oldestOwn ?? (callId === null ? await this.place(tx, station) : undefined);
    if (common !== undefined) await tx.query(setCommon, [station.dept, common]);
  }

  /** @returns the new call; undefined when a person's of the same kind is open at the station already, which stays theirs */
  private async place(tx: Transaction, station: SupervisedStation): Promise<string | undefined> {
    try {
      const { call, repeated } = await this.raising.raiseBySystem(tx, station, FAULT);
      return repeated ? undefined : call.id;
    } catch (error) {
      // The hospital has retired the type: then only the event reports the fault.
      if (!(error instanceof DomainError && error.code === 'VALIDATION_FAILED')) throw error;
      this.logger.warn('supervision.no_call_type', { station_id: station.id, type: FAULT });
      return undefined;
    }
  }

  private async fault(tx: Transaction, dept: string): Promise<DepartmentFault> {
    const row = await tx.one<DepartmentFault & Record<string, unknown>>(read, [dept]);
    if (!row) throw new Error('a department has no row for its supervision');
    return row;
  }
}
