import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The deadlines of a department for one type of call. Null: the department's, else the type's. */
@Entity('department_type_policies')
export class DepartmentTypePolicy {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @PrimaryColumn({ type: 'text' })
  type!: string;

  @Column({ name: 'attendance_sec', type: 'int', nullable: true })
  attendanceSec!: number | null;

  @Column({ name: 'l1_sec', type: 'int', nullable: true })
  l1Sec!: number | null;

  @Column({ name: 'l2_sec', type: 'int', nullable: true })
  l2Sec!: number | null;

  @Column({ name: 'l3_sec', type: 'int', nullable: true })
  l3Sec!: number | null;

  @Column({ name: 'presence_sec', type: 'int', nullable: true })
  presenceSec!: number | null;

  @Column({ name: 'repeat_sec', type: 'int', nullable: true })
  repeatSec!: number | null;
}
