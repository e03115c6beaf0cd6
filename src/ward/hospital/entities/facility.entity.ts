import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The hospital of this installation: one row. */
@Entity('facility')
export class Facility {
  @PrimaryColumn({ name: 'only_row', type: 'boolean' })
  onlyRow!: boolean;

  @Column({ type: 'text' })
  name!: string;

  /** IANA name. */
  @Column({ name: 'time_zone', type: 'text' })
  timeZone!: string;
}
