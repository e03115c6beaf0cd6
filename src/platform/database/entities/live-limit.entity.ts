import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A limit that an administrator set; it goes before the setting. */
@Entity('limits')
export class LiveLimit {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ name: 'changed_at', type: 'timestamptz' })
  changedAt!: Date;

  @Column({ name: 'changed_by', type: 'uuid' })
  changedBy!: string;

  @Column({ type: 'text' })
  value!: string;
}
