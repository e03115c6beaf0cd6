import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The end of the audit chain: one row, locked by each record. */
@Entity('audit_head')
export class AuditHeadRow {
  @PrimaryColumn({ name: 'only_row', type: 'boolean' })
  onlyRow!: boolean;

  @Column({ name: 'last_hash', type: 'bytea' })
  lastHash!: Buffer;

  @Column({ name: 'last_id', type: 'bigint' })
  lastId!: string;

  @Column({ name: 'purged_hash', type: 'bytea' })
  purgedHash!: Buffer;

  @Column({ name: 'purged_id', type: 'bigint' })
  purgedId!: string;
}
