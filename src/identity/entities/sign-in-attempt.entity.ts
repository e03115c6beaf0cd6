import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A failed attempt to sign in; the budgets count them. */
@Entity('sign_in_attempts')
export class SignInAttempt {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'inet' })
  address!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text', nullable: true, select: false })
  device!: string | null;

  @Column({ name: 'username_hash', type: 'bytea' })
  usernameHash!: Buffer;
}
