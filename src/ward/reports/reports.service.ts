import { Inject, Injectable } from '@nestjs/common';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { WARD_SETTINGS } from '../../platform/config/config.module.js';
import type { WardSettings } from '../../platform/config/settings/ward.settings.js';
import { Transactions } from '../../platform/database/transactions.js';
import { countsOf, escalationsOf, intervalsOf } from './call-sections.js';
import { spreadOf } from './fairness.js';
import type { Report } from './report.js';
import { type ReportQuery, resolvePeriod } from './report-period.js';
import {
  type CallFiguresRow,
  type Frame,
  type NurseLoadRow,
  oneInstant,
  readCallFigures,
  readFrame,
  readNurseLoads,
} from './report-statements.js';

/** Reports share their connections with the calls, which go first: the others of the pool stay theirs. */
const MAX_AT_ONCE = 3;
const RETRY_AFTER_SEC = 2;

/** Starts in minutes, rising, and names. */
function shiftColumns(shifts: readonly { name: string; start: string }[]): [number[], string[]] {
  const minutes = ({ start }: { start: string }) => Number(start.slice(0, 2)) * 60 + Number(start.slice(3, 5));
  const inOrder = [...shifts].sort((a, b) => minutes(a) - minutes(b));
  return [inOrder.map(minutes), inOrder.map(({ name }) => name)];
}

/** A department's report on a period, read at one instant. */
@Injectable()
export class ReportsService {
  private running = 0;

  constructor(
    private readonly transactions: Transactions,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  /**
   * Reads the report. The caller checks the permission.
   * @throws DomainError NOT_FOUND without such a department; VALIDATION_FAILED for a period out of bounds; RATE_LIMITED while this
   * node makes as many reports as it does at once; UNAVAILABLE when a statement takes longer than the database allows
   */
  async read(dept: string, query: ReportQuery): Promise<Report> {
    if (this.running >= MAX_AT_ONCE) throw new DomainError('RATE_LIMITED', 'other reports are being made', { retryAfter: RETRY_AFTER_SEC });
    this.running++;
    try {
      return await this.make(dept, query);
    } finally {
      this.running--;
    }
  }

  private make(dept: string, query: ReportQuery): Promise<Report> {
    return this.transactions.run(async (tx) => {
      await tx.query(oneInstant);
      const frame = await tx.one<Frame & Record<string, unknown>>(readFrame, [dept]);
      if (!frame) throw notFound('department');
      const period = resolvePeriod(query, frame.now);
      const [from, to, now] = [period.from, period.to, frame.now].map((ms) => new Date(ms).toISOString()) as [string, string, string];
      const calls = await tx.query<CallFiguresRow>(readCallFigures, [dept, from, to, frame.timeZone, ...shiftColumns(frame.shifts)]);
      const nurses = await tx.query<NurseLoadRow>(readNurseLoads, [dept, from, to, now, this.ward.RECEIPT_SEC]);
      return {
        dept,
        from,
        to,
        time_zone: frame.timeZone,
        intervals: intervalsOf(calls),
        calls: countsOf(calls),
        escalations: escalationsOf(calls),
        fairness: { nurses, spread: spreadOf(nurses) },
      };
    });
  }
}
