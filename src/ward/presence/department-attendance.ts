import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ClusterSettings } from '../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import { statement } from '../../platform/database/statement.js';
import { Transactions } from '../../platform/database/transactions.js';
import { EventLog } from '../../events/log/event-log.js';
import type { DueLook, DueWork } from '../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';

const CALLS = `FROM calls c WHERE c.dept_id = d.id AND c.state IN ('pending', 'accepted', 'in_progress')`;
const CONNECTED = `EXISTS (SELECT FROM memberships m JOIN staff_connections k ON k.staff_id = m.staff_id JOIN nodes n USING (server_id)
  JOIN staff p ON p.id = m.staff_id JOIN roles r ON r.id = p.role AND 'call.accept' = ANY (r.capabilities) WHERE m.dept_id = d.id AND n.heartbeat_at > statement_timestamp() - make_interval(secs => $1))`;
const TOLD = 'EXISTS (SELECT FROM unattended_departments u WHERE u.dept_id = d.id)';
const find = statement(
  'find_attendance_change',
  `SELECT d.id AS dept FROM departments d WHERE (EXISTS (SELECT ${CALLS}) AND NOT ${CONNECTED}) <> ${TOLD} LIMIT 1`,
);
const lock = statement('lock_department_attendance', 'SELECT id FROM departments WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED');
const read = statement(
  'read_attendance',
  `SELECT d.id AS dept, (SELECT count(*)::int ${CALLS}) AS calls, ${CONNECTED} AS connected, ${TOLD} AS told FROM departments d WHERE d.id = $2`,
);
const begin = statement(
  'begin_unattended',
  'INSERT INTO unattended_departments (dept_id, since) VALUES ($1, app_now()) ON CONFLICT DO NOTHING',
);
const end = statement('end_unattended', 'DELETE FROM unattended_departments WHERE dept_id = $1');

/** A department with open calls and nobody connected who could answer one is unattended; everybody is informed once. */
@Injectable()
export class DepartmentAttendance implements OnModuleInit, DueWork {
  readonly name = 'attendance';
  readonly isCore = true;

  constructor(
    private readonly transactions: Transactions,
    private readonly log: EventLog,
    private readonly scheduler: DueWorkScheduler,
    @Inject(CLUSTER_SETTINGS) private readonly cluster: ClusterSettings,
  ) {}

  get look(): DueLook {
    return { claim: { statement: find, values: [this.cluster.SERVER_STALE_SEC] } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const changed = await tx.one<{ dept: string }>(find, [this.cluster.SERVER_STALE_SEC]);
      if (!changed || !(await tx.one(lock, [changed.dept]))) return false;
      const now = await tx.one<{ dept: string; calls: number; connected: boolean; told: boolean }>(read, [
        this.cluster.SERVER_STALE_SEC,
        changed.dept,
      ]);
      if (!now) return false;
      const { dept, calls, connected, told } = now;
      const unattended = calls > 0 && !connected;
      if (unattended === told) return true;
      await tx.query(unattended ? begin : end, [dept]);
      if (unattended) this.log.append(tx, { dept, type: 'department.unattended', data: { dept, open_calls: calls } });
      else this.log.append(tx, { dept, type: 'department.attended', data: { dept } });
      return true;
    }, 'engine');
  }
}
