import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DepartmentSummaries } from '../../../events/snapshots/department-summaries.js';

/** How many are on duty, as `staff` of a department's summary. */
@Injectable()
export class OnDutySummary implements OnModuleInit {
  constructor(private readonly summaries: DepartmentSummaries) {}

  onModuleInit(): void {
    this.summaries.contribute(
      'staff',
      `SELECT json_build_object('on_duty', count(*)::int) FROM shifts s WHERE s.dept_id = d.id AND s.ended_at IS NULL`,
    );
  }
}
