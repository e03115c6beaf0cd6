import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One record of the audit, chained to the one before. The database refuses any change of it. */
@Entity('audit')
export class AuditRow {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'inet', nullable: true })
  address!: string | null;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'jsonb', nullable: true })
  detail!: unknown;

  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ name: 'prev_hash', type: 'bytea' })
  prevHash!: Buffer;

  @Column({ type: 'text' })
  result!: string;

  @Column({ type: 'text', nullable: true })
  target!: string | null;
}
