import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The fewest days that records are kept, whatever a setting says. */
@Entity('retention_floor')
export class RetentionFloor {
  @PrimaryColumn({ name: 'only_row', type: 'boolean' })
  onlyRow!: boolean;

  @Column({ name: 'audit_days', type: 'int' })
  auditDays!: number;

  @Column({ name: 'event_days', type: 'int' })
  eventDays!: number;
}
