import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DepartmentSummaries } from '../../../events/snapshots/department-summaries.js';
import { IS_OPEN, OPEN_STATES } from '../call.js';

const OF_DEPARTMENT = `calls c WHERE c.dept_id = d.id AND ${IS_OPEN}`;
const BY_STATE = OPEN_STATES.map((state) => `'${state}', count(*) FILTER (WHERE c.state = '${state}')`).join(', ');

/** How many calls are open, by state and by priority, as `calls` of a department's summary. */
@Injectable()
export class CallSummary implements OnModuleInit {
  constructor(private readonly summaries: DepartmentSummaries) {}

  onModuleInit(): void {
    this.summaries.contributeCore(
      'calls',
      `SELECT json_build_object('open', count(*), 'by_state', json_build_object(${BY_STATE}),
         'by_priority', (SELECT coalesce(json_object_agg(p.priority, p.n ORDER BY p.priority DESC), '{}'::json)
           FROM (SELECT c.priority, count(*) AS n FROM ${OF_DEPARTMENT} GROUP BY c.priority) p))
       FROM ${OF_DEPARTMENT}`,
    );
  }
}
