import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One try to hand a message to a notifier, for the record of an incident. */
@Entity('notification_tries')
export class NotificationTry {
  @PrimaryColumn({ type: 'bigint', insert: false, update: false })
  id!: string;

  @Column({ type: 'text', nullable: true })
  answer!: string | null;

  @Column({ name: 'call_id', type: 'uuid' })
  callId!: string;

  @Column({ name: 'message_id', type: 'uuid' })
  messageId!: string;

  @Column({ type: 'text' })
  notifier!: string;

  @Column({ type: 'text' })
  result!: string;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @Column({ name: 'tried_at', type: 'timestamptz' })
  triedAt!: Date;

  @Column({ type: 'int' })
  try!: number;

  @Column({ type: 'text' })
  type!: string;
}
