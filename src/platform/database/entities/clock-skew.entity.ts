import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The shift of the application's clock against the database's: one row, for tests. */
@Entity('clock_skew')
export class ClockSkew {
  @PrimaryColumn({ name: 'only_row', type: 'boolean' })
  onlyRow!: boolean;

  @Column({ type: 'interval' })
  skew!: unknown;
}
