import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person taken out of a department's queue for a time. */
@Entity('exclusions')
export class Exclusion {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'author_id', type: 'uuid' })
  authorId!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;

  @Column({ type: 'timestamptz' })
  until!: Date;
}
