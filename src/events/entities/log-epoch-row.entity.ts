import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The identity of this log: a restored backup gets another one. */
@Entity('log_epoch')
export class LogEpochRow {
  @PrimaryColumn({ name: 'only_row', type: 'boolean' })
  onlyRow!: boolean;

  @Column({ type: 'uuid' })
  stored!: string;
}
