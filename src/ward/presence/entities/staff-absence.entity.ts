import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person whose last connection has closed, and since when. */
@Entity('staff_absences')
export class StaffAbsence {
  @PrimaryColumn({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @Column({ name: 'handled_at', type: 'timestamptz', nullable: true })
  handledAt!: Date | null;

  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true })
  retryAt!: Date | null;

  @Column({ type: 'timestamptz' })
  since!: Date;
}
