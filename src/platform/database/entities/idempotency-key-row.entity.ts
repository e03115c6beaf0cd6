import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A command that was carried out, and its answer. */
@Entity('idempotency_keys')
export class IdempotencyKeyRow {
  @PrimaryColumn({ type: 'text' })
  actor!: string;

  @PrimaryColumn({ type: 'uuid' })
  key!: string;

  @Column({ type: 'jsonb', nullable: true })
  answer!: unknown;

  @Column({ name: 'command_hash', type: 'bytea' })
  commandHash!: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
