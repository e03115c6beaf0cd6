import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DepartmentSnapshots } from '../../events/snapshots/department-snapshots.js';
import { CALL_VIEW, IS_OPEN } from './call.js';

/** The open calls, as `calls` of a department's snapshot. */
@Injectable()
export class CallSnapshot implements OnModuleInit {
  constructor(private readonly snapshots: DepartmentSnapshots) {}

  onModuleInit(): void {
    this.snapshots.contribute(
      'calls',
      `SELECT coalesce(json_agg(open ORDER BY open.priority DESC, open.placed_at, open.id), '[]'::json)
       FROM (SELECT ${CALL_VIEW} FROM calls c WHERE c.dept_id = $1 AND ${IS_OPEN}) open`,
    );
  }
}
