import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DepartmentSnapshots } from '../../../events/snapshots/department-snapshots.js';

/** Who is on duty, as `staff` of a department's snapshot. */
@Injectable()
export class OnDutySnapshot implements OnModuleInit {
  constructor(private readonly snapshots: DepartmentSnapshots) {}

  onModuleInit(): void {
    this.snapshots.contribute(
      'staff',
      `SELECT coalesce(json_agg(json_build_object('staff_id', p.id, 'name', p.name, 'role', p.role, 'shift_id', s.id,
         'on_duty_since', iso(s.started_at), 'paused_until', iso(s.paused_until), 'responsive',
         NOT EXISTS (SELECT FROM missed_receipts r WHERE r.staff_id = p.id AND r.unresponsive_since IS NOT NULL)) ORDER BY s.started_at, p.id), '[]'::json)
       FROM shifts s JOIN staff p ON p.id = s.staff_id WHERE s.dept_id = $1 AND s.ended_at IS NULL`,
    );
  }
}
