import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Ties a person to a department. */
@Entity('memberships')
export class Membership {
  @PrimaryColumn({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ type: 'timestamptz', insert: false, update: false })
  since!: Date;
}
