import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A department that has open calls and no live connection of its staff. */
@Entity('unattended_departments')
export class UnattendedDepartment {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ type: 'timestamptz' })
  since!: Date;
}
