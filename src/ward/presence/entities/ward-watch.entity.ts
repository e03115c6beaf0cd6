import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The times from which the ward is watched and receipts count, and when the database last came back under a living node: one row. */
@Entity('ward_watch')
export class WardWatch {
  @PrimaryColumn({ name: 'only_row', type: 'boolean' })
  onlyRow!: boolean;

  @Column({ name: 'ready_at', type: 'timestamptz' })
  readyAt!: Date;

  @Column({ name: 'receipts_since', type: 'timestamptz' })
  receiptsSince!: Date;

  @Column({ name: 'back_at', type: 'timestamptz' })
  backAt!: Date;
}
