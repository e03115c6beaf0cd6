import { Injectable, type OnModuleInit } from '@nestjs/common';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { EventLog } from '../../events/log/event-log.js';
import { StationsService, type StationSupervisor } from './stations.service.js';
import { FaultCalls } from './fault-calls.js';

const lockDepartment = statement(
  'lock_station_supervision',
  `SELECT d.dept_id AS dept FROM station_supervision d JOIN rooms r ON r.dept_id = d.dept_id JOIN stations s ON s.room_id = r.id
   WHERE s.id = $1 FOR NO KEY UPDATE OF d`,
);
const lockStale = statement(
  'lock_stale_station',
  'SELECT stale_call_id AS "callId" FROM stations WHERE id = $1 AND stale_since IS NOT NULL FOR NO KEY UPDATE',
);
const restore = statement('restore_station', 'UPDATE stations SET stale_since = NULL, stale_call_id = NULL WHERE id = $1');
const countStale = statement(
  'count_stale_stations',
  `SELECT count(*)::int AS count FROM stations s JOIN rooms r ON r.id = s.room_id
   WHERE r.dept_id = $1 AND s.stale_since IS NOT NULL AND s.retired_at IS NULL AND r.retired_at IS NULL`,
);

/** A stale station, and the call that was placed for it alone. */
interface Stale {
  dept: string;
  callId: string | null;
}

/** A stale station is heard again: an event says so, and its call is over. So it is when the station is retired. */
@Injectable()
export class StationRecovery implements OnModuleInit, StationSupervisor {
  constructor(
    private readonly stations: StationsService,
    private readonly faults: FaultCalls,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.stations.superviseWith(this);
  }

  async heardAgain(tx: Transaction, stationId: string): Promise<void> {
    const stale = await this.lockStale(tx, stationId);
    // The other one of two heartbeats at once has announced it.
    if (!stale) return;
    const { dept } = stale;
    this.log.append(tx, { dept, type: 'station.restored', data: { station_id: stationId }, actorId: `station:${stationId}` });
    await this.endFault(tx, stationId, stale);
  }

  async retires(tx: Transaction, stationId: string): Promise<void> {
    const stale = await this.lockStale(tx, stationId);
    if (stale) await this.endFault(tx, stationId, stale);
  }

  private async lockStale(tx: Transaction, stationId: string): Promise<Stale | undefined> {
    const department = await tx.one<{ dept: string }>(lockDepartment, [stationId]);
    const stale = department && (await tx.one<{ callId: string | null }>(lockStale, [stationId]));
    return stale && { ...department, ...stale };
  }

  private async endFault(tx: Transaction, stationId: string, { dept, callId }: Stale): Promise<void> {
    await tx.query(restore, [stationId]);
    const left = await tx.one<{ count: number }>(countStale, [dept]);
    await this.faults.end(tx, dept, callId, left?.count ?? 0);
  }
}
