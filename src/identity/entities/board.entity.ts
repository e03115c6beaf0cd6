import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A wall board. Its code is used up by the exchange for its token. */
@Entity('boards')
export class Board {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'inet', nullable: true })
  address!: string | null;

  @Column({ name: 'code_expires_at', type: 'timestamptz' })
  codeExpiresAt!: Date;

  @Column({ name: 'code_hash', type: 'bytea', nullable: true, select: false })
  codeHash!: Buffer | null;

  @Column({ name: 'cookie_renewed_at', type: 'timestamptz', nullable: true })
  cookieRenewedAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ type: 'text', array: true })
  departments!: string[];

  @Column({ name: 'exchanged_at', type: 'timestamptz', nullable: true })
  exchangedAt!: Date | null;

  @Column({ name: 'last_seen_at', type: 'timestamptz', nullable: true })
  lastSeenAt!: Date | null;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @Column({ name: 'token_hash', type: 'bytea', nullable: true, select: false })
  tokenHash!: Buffer | null;
}
