import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SESSION_SETTINGS } from '../../../platform/config/config.module.js';
import type { SessionSettings } from '../../../platform/config/settings/session.settings.js';
import { statement } from '../../../platform/database/statement.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { DepartmentQueue } from '../../staffing/queue/department-queue.service.js';
import { belongs, IN_FORCE, IS_SECOND_LINE, LEADS } from '../annunciations/asking.js';
import type { DispatchInput } from '../annunciations/recipients.js';
import { backOffCall, NOT_PUT_OFF } from './back-off-call.js';
import { CallEscalation } from './call-escalation.service.js';

const AT_LEVEL_2 = `c.next_escalation_at IS NOT NULL AND c.level = 2 AND ${NOT_PUT_OFF}`;
/** Each person is looked at once, however many calls they have. A person who declined is not lost. */
const claim = statement(
  'claim_without_second_line',
  `WITH asked AS MATERIALIZED (
     SELECT a.call_id, a.staff_id, ${LEADS} AS leads FROM calls c JOIN annunciations a ON a.call_id = c.id JOIN staff p ON p.id = a.staff_id AND p.active
     WHERE ${AT_LEVEL_2} AND (${IN_FORCE} OR a.declined_at IS NOT NULL) AND ${IS_SECOND_LINE} AND ${belongs('c.dept_id')}
   ), reached AS MATERIALIZED (
     SELECT o.staff_id FROM (SELECT DISTINCT staff_id, leads FROM asked) o
     WHERE is_reachable(o.staff_id, CASE WHEN o.leads THEN $3::float8 ELSE $1::float8 END, $2)
   )
   SELECT c.id, c.dept_id AS dept, c.room_id AS "roomId", c.type, t.rank, t.dispatch FROM calls c JOIN call_types t ON t.id = c.type
   WHERE ${AT_LEVEL_2} AND t.dispatch = 'assigned'
     AND NOT EXISTS (SELECT FROM asked JOIN reached USING (staff_id) WHERE asked.call_id = c.id)
   ORDER BY c.next_escalation_at LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED`,
);

/** A call at level 2 whose people there are lost beyond their buffer: level 3 fires at once. */
@Injectable()
export class SecondLineWatch implements OnModuleInit, DueWork {
  readonly name = 'second_line';
  readonly isCore = true;

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly escalation: CallEscalation,
    private readonly queue: DepartmentQueue,
    private readonly scheduler: DueWorkScheduler,
    @Inject(SESSION_SETTINGS) private readonly session: SessionSettings,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [...this.queue.reach, this.session.SESSION_RECONNECT_BUFFER_SEC] } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<DispatchInput & Record<string, unknown>>({
      claim,
      values: [...this.queue.reach, this.session.SESSION_RECONNECT_BUFFER_SEC],
      backOff: backOffCall,
      subject: 'call_id',
      event: 'second_line.failed',
      handle: (tx, call) => this.escalation.topLevelNow(tx, call),
    });
  }
}
