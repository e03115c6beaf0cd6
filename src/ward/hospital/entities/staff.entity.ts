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
}
