import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The row that is locked by each change of a department's queue. */
@Entity('department_queue')
export class DepartmentQueueRow {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'next_position', type: 'bigint' })
  nextPosition!: string;
}
