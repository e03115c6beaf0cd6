import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The deadlines of a department. Null: those of the call's type. */
@Entity('escalation_policies')
export class EscalationPolicyRow {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'attendance_sec', type: 'int', nullable: true })
  attendanceSec!: number | null;

  @Column({ name: 'l1_sec', type: 'int' })
  l1Sec!: number;

  @Column({ name: 'l2_sec', type: 'int' })
  l2Sec!: number;

  @Column({ name: 'l3_sec', type: 'int' })
  l3Sec!: number;

  @Column({ name: 'presence_sec', type: 'int', nullable: true })
  presenceSec!: number | null;

  @Column({ name: 'repeat_sec', type: 'int' })
  repeatSec!: number;
}
