import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A shift of the facility: from its start to the next one's. */
export interface FacilityShift {
  /** `day`, `night` … */
  name: string;
  /** `HH:MM` by the facility's clock. */
  start: string;
}

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

  /** BCP 47, the first one first. */
  @Column({ type: 'text', array: true })
  languages!: string[];

  /** In the order of the day. */
  @Column({ type: 'jsonb' })
  shifts!: FacilityShift[];

  @Column({ name: 'settled_at', type: 'timestamptz', nullable: true })
  settledAt!: Date | null;
}
