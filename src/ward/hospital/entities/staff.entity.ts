import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../../../identity/access/principal.js';

/** A person who signs in. */
@Entity('staff')
export class Staff {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** Lower case. */
  @Column({ type: 'text' })
  username!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  role!: Role;

  @Column({ name: 'password_hash', type: 'text', select: false })
  passwordHash!: string;

  @Column({ type: 'boolean' })
  active!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ type: 'text', nullable: true })
  language!: string | null;

  @Column({ name: 'password_change_required', type: 'boolean' })
  passwordChangeRequired!: boolean;
}
