import { Entity, PrimaryColumn } from 'typeorm';
import { deadlineColumns } from '../../deadlines/deadline-columns.js';

/** The deadlines of a department for one type of call. Null: the department's, else the type's. */
@Entity('department_type_policies')
export class DepartmentTypePolicy extends deadlineColumns() {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @PrimaryColumn({ type: 'text' })
  type!: string;
}
