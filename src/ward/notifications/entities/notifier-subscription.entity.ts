import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A notifier that messages are kept for. */
@Entity('notifier_subscriptions')
export class NotifierSubscription {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ name: 'seen_at', type: 'timestamptz' })
  seenAt!: Date;
}
