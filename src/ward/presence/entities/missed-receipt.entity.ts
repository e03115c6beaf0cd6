import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person whose devices have confirmed nothing since a first missed receipt. */
@Entity('missed_receipts')
export class MissedReceipt {
  @PrimaryColumn({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @Column({ name: 'first_missed_at', type: 'timestamptz' })
  firstMissedAt!: Date;

  @Column({ name: 'noticed_at', type: 'timestamptz' })
  noticedAt!: Date;

  @Column({ name: 'unresponsive_since', type: 'timestamptz', nullable: true })
  unresponsiveSince!: Date | null;
}
