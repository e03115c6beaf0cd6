import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The newest message for a person about a call, for one notifier. */
@Entity('notifications')
export class NotificationRow {
  @PrimaryColumn({ name: 'call_id', type: 'uuid' })
  callId!: string;

  @PrimaryColumn({ type: 'text' })
  notifier!: string;

  @PrimaryColumn({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @Column({ name: 'due_at', type: 'timestamptz', nullable: true })
  dueAt!: Date | null;

  @Column({ name: 'first_try_at', type: 'timestamptz', nullable: true })
  firstTryAt!: Date | null;

  @Column({ type: 'int' })
  generation!: number;

  @Column({ type: 'int' })
  lease!: number;

  @Column({ name: 'leased_until', type: 'timestamptz', nullable: true })
  leasedUntil!: Date | null;

  @Column({ name: 'may_ring', type: 'boolean' })
  mayRing!: boolean;

  @Column({ name: 'message_id', type: 'uuid', nullable: true })
  messageId!: string | null;

  @Column({ name: 'message_key', type: 'text', nullable: true })
  messageKey!: string | null;

  @Column({ type: 'bigint', nullable: true })
  sequence!: string | null;

  @Column({ name: 'told_asked_at', type: 'timestamptz', nullable: true })
  toldAskedAt!: Date | null;

  @Column({ name: 'told_level', type: 'int', nullable: true })
  toldLevel!: number | null;

  @Column({ name: 'told_priority', type: 'int', nullable: true })
  toldPriority!: number | null;

  @Column({ name: 'told_repeat', type: 'int', nullable: true })
  toldRepeat!: number | null;

  @Column({ type: 'int' })
  tries!: number;
}
