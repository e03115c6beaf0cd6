import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One line of a department's log. The database refuses any change of it. */
@Entity('events')
export class EventRow {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @PrimaryColumn({ type: 'bigint' })
  seq!: string;

  @Column({ name: 'actor_id', type: 'text', nullable: true })
  actorId!: string | null;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ name: 'call_id', type: 'uuid', nullable: true })
  callId!: string | null;

  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ type: 'uuid' })
  id!: string;

  @Column({ type: 'jsonb' })
  payload!: unknown;

  @Column({ name: 'prev_hash', type: 'bytea' })
  prevHash!: Buffer;

  @Column({ type: 'text', nullable: true })
  trace!: string | null;

  @Column({ type: 'text' })
  type!: string;
}
