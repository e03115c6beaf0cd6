import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The last event of a department that a consumer has dealt with. */
@Entity('event_consumers')
export class EventConsumerPosition {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ type: 'int' })
  failures!: number;

  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true })
  retryAt!: Date | null;

  @Column({ type: 'bigint' })
  seq!: string;
}
