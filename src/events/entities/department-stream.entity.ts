import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The end of a department's log, locked by each event. */
@Entity('dept_stream')
export class DepartmentStream {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'last_at', type: 'timestamptz' })
  lastAt!: Date;

  @Column({ name: 'last_hash', type: 'bytea' })
  lastHash!: Buffer;

  @Column({ name: 'last_seq', type: 'bigint' })
  lastSeq!: string;

  @Column({ name: 'purged_hash', type: 'bytea' })
  purgedHash!: Buffer;

  @Column({ name: 'purged_seq', type: 'bigint' })
  purgedSeq!: string;
}
