import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('rooms')
export class Room {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'retired_at', type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;
}
