import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DepartmentSummaries } from '../../../events/snapshots/department-summaries.js';

/** How many are on duty and not on a break, as `staff` of a department's summary. */
@Injectable()
export class OnDutySummary implements OnModuleInit {
  constructor(private readonly summaries: DepartmentSummaries) {}

  onModuleInit(): void {
    this.summaries.contributeCore(
      'staff',
      `SELECT json_build_object('on_duty', count(*) FILTER (WHERE s.paused_until IS NULL)::int) FROM shifts s WHERE s.dept_id = d.id AND s.ended_at IS NULL`,
    );
  }
}
