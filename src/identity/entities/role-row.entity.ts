import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A role: one of Wardline's, or one that the hospital's program declares. */
@Entity('roles')
export class RoleRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** Empty for a role that the program no longer declares. */
  @Column({ type: 'text', array: true })
  capabilities!: string[];

  /** By language; none for Wardline's own. */
  @Column({ type: 'jsonb' })
  labels!: Record<string, string>;
}
