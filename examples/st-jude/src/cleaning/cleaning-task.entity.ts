import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A bed that has to be cleaned. */
@Entity('st_jude_cleaning_tasks')
export class CleaningTask {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'bed_id', type: 'text' })
  bedId!: string;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'due_at', type: 'timestamptz' })
  dueAt!: Date;

  @Column({ name: 'done_at', type: 'timestamptz', nullable: true })
  doneAt!: Date | null;
}
