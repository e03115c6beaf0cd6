import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DepartmentSnapshots } from '../../../events/snapshots/department-snapshots.js';
import { ON_DUTY_VIEW } from './on-duty-view.js';

/** Staff on duty, as `staff` of a department's snapshot. */
@Injectable()
export class OnDutySnapshot implements OnModuleInit {
  constructor(private readonly snapshots: DepartmentSnapshots) {}

  onModuleInit(): void {
    this.snapshots.contributeCore(
      'staff',
      `SELECT coalesce(json_agg(${ON_DUTY_VIEW} ORDER BY s.started_at, p.id), '[]'::json)
       FROM shifts s JOIN staff p ON p.id = s.staff_id WHERE s.dept_id = $1 AND s.ended_at IS NULL`,
    );
  }
}
