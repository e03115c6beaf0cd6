import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person who has come on duty and is to be asked for the calls that wait. */
@Entity('duty_arrivals')
export class DutyArrival {
  @PrimaryColumn({ type: 'bigint', insert: false, update: false })
  id!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true })
  retryAt!: Date | null;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;
}
