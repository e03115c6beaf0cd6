import { Inject, Injectable } from '@nestjs/common';
import type { Role, StaffPrincipal } from '../../../identity/access/principal.js';
import type { ClusterSettings } from '../../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS, WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';
import { OpenDepartments } from '../open-departments.js';

/** $2: the grace; $3: when a node counts as dead; both in seconds. */
const list = statement(
  'list_department_staff',
  `SELECT p.id AS staff_id, p.name, p.role, iso(s.started_at) AS on_duty_since,
     CASE WHEN s.queue_position IS NOT NULL THEN rank() OVER (ORDER BY s.queue_position)::int END AS queue_position,
     iso(x.until) AS excluded_until, iso(s.paused_until) AS paused_until,
     NOT EXISTS (SELECT FROM missed_receipts r WHERE r.staff_id = p.id AND r.unresponsive_since IS NOT NULL) AS responsive,
     (SELECT count(*)::int FROM calls c
      WHERE c.accepted_by = p.id AND c.dept_id = m.dept_id AND c.state IN ('accepted', 'in_progress')) AS load,
     EXISTS (SELECT FROM staff_connections c JOIN nodes n USING (server_id)
       WHERE c.staff_id = p.id AND n.heartbeat_at > statement_timestamp() - make_interval(secs => $3)) AS online,
     is_reachable(p.id, $2, $3) AS reachable
   FROM memberships m
   JOIN staff p ON p.id = m.staff_id AND p.active
   LEFT JOIN shifts s ON s.dept_id = m.dept_id AND s.staff_id = p.id AND s.ended_at IS NULL
   LEFT JOIN exclusions x ON x.dept_id = m.dept_id AND x.staff_id = p.id AND x.ended_at IS NULL AND x.until > app_now()
   WHERE m.dept_id = $1
   ORDER BY s.queue_position NULLS LAST, p.name, p.id`,
);

export interface StaffMemberView {
  staff_id: string;
  name: string;
  role: Role;
  /** Null: off duty. */
  on_duty_since: string | null;
  /** The place in the queue, 1 the first; null: not in it. An excluded person keeps their place. */
  queue_position: number | null;
  excluded_until: string | null;
  /** On a break until then. */
  paused_until: string | null;
  /** False: calls came to their screen, and no receipt came back. */
  responsive: boolean;
  /** Open calls of this department that they have accepted. */
  load: number;
  /** A live socket on a live node. */
  online: boolean;
  /** As dispatch sees it: online, or within the grace. */
  reachable: boolean;
}

/** A department's people: on duty, their order, load and presence. */
@Injectable()
export class DepartmentStaffService {
  constructor(
    private readonly departments: OpenDepartments,
    private readonly database: Database,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
    @Inject(CLUSTER_SETTINGS) private readonly cluster: ClusterSettings,
  ) {}

  /** The queue in its order, then the others by name. @throws DomainError NOT_FOUND */
  async list(staff: StaffPrincipal, dept: string): Promise<StaffMemberView[]> {
    await this.departments.require(staff, dept);
    const values = [dept, this.ward.NURSE_DISCONNECT_GRACE_SEC, this.cluster.SERVER_STALE_SEC];
    return this.database.query<StaffMemberView & Record<string, unknown>>(list, values);
  }
}
