import { Entity, PrimaryColumn } from 'typeorm';
import { LADDER_NAMES } from '../../deadlines/deadlines.js';
import { deadlineColumns } from '../../deadlines/deadline-columns.js';

/** The deadlines of a department. Null: those of the call's type. */
@Entity('escalation_policies')
export class EscalationPolicyRow extends deadlineColumns(LADDER_NAMES) {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;
}
