import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person's time on duty in a department. */
@Entity('shifts')
export class Shift {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'end_reason', type: 'text', nullable: true })
  endReason!: string | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  @Column({ name: 'paused_until', type: 'timestamptz', nullable: true })
  pausedUntil!: Date | null;

  @Column({ name: 'queue_position', type: 'bigint', nullable: true })
  queuePosition!: string | null;

  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true })
  retryAt!: Date | null;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @Column({ name: 'started_at', type: 'timestamptz' })
  startedAt!: Date;
}
