import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The moment that the newest backup holds: one row. */
@Entity('last_backup')
export class LastBackupRow {
  @PrimaryColumn({ name: 'only_row', type: 'boolean' })
  onlyRow!: boolean;

  @Column({ name: 'taken_at', type: 'timestamptz' })
  takenAt!: Date;
}
