import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A ward or unit; the boundary of visibility, dispatch and event order. Retired, never deleted: its id is not reused. */
@Entity('departments')
export class Department {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'retired_at', type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
