import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../common/logger.js';
import { WARD_SETTINGS } from '../config/config.module.js';
import type { WardSettings } from '../config/ward.settings.js';
import { Database } from '../database/database.js';
import { statement } from '../database/statement.js';
import { Transactions } from '../database/transactions.js';
import { EventLog } from '../events/event-log.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';
import { FaultCalls, type SupervisedStation } from './fault-calls.js';

const PLACES = `stations s JOIN rooms r ON r.id = s.room_id JOIN departments p ON p.id = r.dept_id`;
const IN_USE = 's.retired_at IS NULL AND r.retired_at IS NULL AND p.retired_at IS NULL';
const LONG_AGO = 'app_now() - make_interval(secs => $1)';

/** Never waits, so it cannot deadlock with a heartbeat, which locks the department's row first. */
const claim = statement(
  'claim_silent_station',
  `SELECT s.id, s.room_id AS "roomId", s.bed_id AS "bedId", r.dept_id AS dept
   FROM ${PLACES} JOIN station_supervision d ON d.dept_id = p.id CROSS JOIN ward_watch w
   WHERE s.last_seen_at <= ${LONG_AGO} AND s.stale_since IS NULL AND w.ready_at <= ${LONG_AGO} AND ${IN_USE}
     AND (s.supervision_retry_at IS NULL OR s.supervision_retry_at <= app_now())
   ORDER BY s.last_seen_at, s.id LIMIT 1 FOR NO KEY UPDATE OF s, d SKIP LOCKED`,
);
/** With those whose turn has not come yet: stations that fell silent together are counted together. */
const countSilent = statement(
  'count_silent_stations',
  `SELECT count(*)::int AS count FROM ${PLACES}
   WHERE r.dept_id = $2 AND (s.stale_since IS NOT NULL OR s.last_seen_at <= ${LONG_AGO}) AND ${IN_USE}`,
);
const markStale = statement('mark_station_stale', 'UPDATE stations SET stale_since = app_now(), supervision_retry_at = NULL WHERE id = $1');
/** One that keeps failing does not head every scan. */
const backOff = statement('back_off_station', `UPDATE stations SET supervision_retry_at = app_now() + interval '10 seconds' WHERE id = $1`);

/** A station that was heard once and then is silent for STATION_STALE_SEC: every node looks, one of them tells, once. */
@Injectable()
export class StationSupervision implements OnModuleInit, DueWork {
  readonly name = 'stations';

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly faults: FaultCalls,
    private readonly log: EventLog,
    private readonly logger: Logger,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  async handleOne(): Promise<boolean> {
    let claimed: string | undefined;
    try {
      return await this.transactions.run(async (tx) => {
        const station = await tx.one<SupervisedStation & Record<string, unknown>>(claim, [this.ward.STATION_STALE_SEC]);
        if (!station) return false;
        claimed = station.id;
        const { id: station_id, dept, roomId: room_id } = station;
        const silent = await tx.one<{ count: number }>(countSilent, [this.ward.STATION_STALE_SEC, dept]);
        await tx.query(markStale, [station_id]);
        this.log.append(tx, { dept, type: 'station.stale', data: { station_id, room_id }, actorId: 'system' });
        await this.faults.begin(tx, station, silent?.count ?? 1);
        return true;
      }, 'engine');
    } catch (error) {
      if (claimed === undefined) throw error;
      this.logger.error('supervision.failed', { station_id: claimed, error });
      await this.database.query(backOff, [claimed], 'engine');
      return true;
    }
  }
}
