import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { notFound } from '../../platform/common/errors.js';
import { slug } from '../../platform/common/ids.js';
import { WARD_SETTINGS } from '../../platform/config/config.module.js';
import type { WardSettings } from '../../platform/config/ward.settings.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const seconds = z.int().min(1).max(86_400);
const policyBody = z
  .strictObject({ l1_sec: seconds, l2_sec: seconds, l3_sec: seconds, repeat_sec: seconds })
  .refine(({ l1_sec, l2_sec, l3_sec }) => l1_sec < l2_sec && l2_sec < l3_sec);
type PolicyBody = z.infer<typeof policyBody>;

const read = statement(
  'read_department_policy',
  `SELECT d.id AS dept, p.l1_sec, p.l2_sec, p.l3_sec, p.repeat_sec FROM departments d LEFT JOIN escalation_policies p ON p.dept_id = d.id
   WHERE d.id = $1 AND d.retired_at IS NULL`,
);
const write = statement(
  'write_department_policy',
  `INSERT INTO escalation_policies (dept_id, l1_sec, l2_sec, l3_sec, repeat_sec)
   SELECT id, $2, $3, $4, $5 FROM departments WHERE id = $1 AND retired_at IS NULL
   ON CONFLICT (dept_id) DO UPDATE SET l1_sec = excluded.l1_sec, l2_sec = excluded.l2_sec, l3_sec = excluded.l3_sec, repeat_sec = excluded.repeat_sec
   RETURNING dept_id`,
);
const remove = statement('remove_department_policy', 'DELETE FROM escalation_policies WHERE dept_id = $1');

/** A department's own deadlines. Calls keep the policy they were placed under. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/departments/:dept/escalation')
export class EscalationAdminController {
  constructor(
    private readonly database: Database,
    private readonly changes: AuditedChanges,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  /** `own`: whether the department overrides the settings. */
  @Get()
  async get(@Param('dept', { schema: slug }) dept: string) {
    const [row] = await this.database.query<{ dept: string; [field: string]: unknown }>(read, [dept]);
    if (!row) throw notFound('department');
    if (row['l1_sec'] !== null) return { ...row, own: true };
    const { ESCALATION_L1_SEC, ESCALATION_L2_SEC, ESCALATION_L3_SEC, ESCALATION_REPEAT_SEC } = this.ward;
    return {
      dept,
      l1_sec: ESCALATION_L1_SEC,
      l2_sec: ESCALATION_L2_SEC,
      l3_sec: ESCALATION_L3_SEC,
      repeat_sec: ESCALATION_REPEAT_SEC,
      own: false,
    };
  }

  @Put()
  put(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: policyBody }) body: PolicyBody,
  ) {
    return this.changes.run(by, { action: 'escalation.update', target: `department:${dept}`, detail: body }, async (tx) => {
      if (!(await tx.one(write, [dept, body.l1_sec, body.l2_sec, body.l3_sec, body.repeat_sec]))) throw notFound('department');
      return { dept, ...body, own: true };
    });
  }

  /** Back to the settings. */
  @Delete()
  @HttpCode(204)
  async delete(@CurrentAdministrator() by: Administrator, @Param('dept', { schema: slug }) dept: string): Promise<void> {
    await this.changes.run(by, { action: 'escalation.reset', target: `department:${dept}` }, (tx) => tx.query(remove, [dept]));
  }
}
