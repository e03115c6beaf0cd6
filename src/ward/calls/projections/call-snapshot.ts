import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DepartmentSnapshots } from '../../../events/snapshots/department-snapshots.js';
import { callView, IS_OPEN } from '../call.js';

/**
 * A receipt is no event. So a snapshot has the one that the newest event of the call knew: it equals the picture made of the events, key by key.
 * A call whose events have been purged has its own.
 */
const ANNUNCIATED_AT = `CASE WHEN c.annunciated_at IS NOT NULL THEN coalesce(
    (SELECT e.payload->'call'->'annunciated_at' FROM events e
     WHERE e.call_id = c.id AND e.type LIKE 'call.%' AND e.payload ? 'call' ORDER BY e.seq DESC LIMIT 1),
    to_jsonb(iso(c.annunciated_at))) END`;

/** The open calls, as `calls` of a department's snapshot. */
@Injectable()
export class CallSnapshot implements OnModuleInit {
  constructor(private readonly snapshots: DepartmentSnapshots) {}

  onModuleInit(): void {
    this.snapshots.contributeCore(
      'calls',
      `SELECT coalesce(json_agg(open ORDER BY open.priority DESC, open.placed_at, open.id), '[]'::json)
       FROM (SELECT ${callView('annunciations', ANNUNCIATED_AT)} FROM calls c WHERE c.dept_id = $1 AND ${IS_OPEN}) open`,
    );
  }
}
