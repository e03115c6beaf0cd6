import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WARD_SETTINGS } from '../../platform/config/config.module.js';
import type { WardSettings } from '../../platform/config/settings/ward.settings.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { EventLog } from '../../events/log/event-log.js';
import { DueRowProcessor } from '../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';
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
const backOff = statement('back_off_station', `UPDATE stations SET supervision_retry_at = app_now() + interval '10 seconds' WHERE id = $1`);

/** A station that was heard once and then is silent for STATION_STALE_SEC. Every node looks, one of them announces it, once. */
@Injectable()
export class StationSupervision implements OnModuleInit, DueWork {
  readonly name = 'stations';
  readonly isCore = true;

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly rows: DueRowProcessor,
    private readonly faults: FaultCalls,
    private readonly log: EventLog,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [this.ward.STATION_STALE_SEC] } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<SupervisedStation & Record<string, unknown>>({
      claim,
      values: [this.ward.STATION_STALE_SEC],
      backOff,
      subject: 'station_id',
      event: 'supervision.failed',
      handle: (tx, station) => this.tell(tx, station),
    });
  }

  private async tell(tx: Transaction, station: SupervisedStation): Promise<void> {
    const { id: station_id, dept, roomId: room_id } = station;
    const silent = await tx.one<{ count: number }>(countSilent, [this.ward.STATION_STALE_SEC, dept]);
    await tx.query(markStale, [station_id]);
    this.log.append(tx, { dept, type: 'station.stale', data: { station_id, room_id }, actorId: 'system' });
    await this.faults.begin(tx, station, silent?.count ?? 1);
  }
}
