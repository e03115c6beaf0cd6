import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The people that a room's calls go to first. */
@Entity('room_assignments')
export class RoomAssignment {
  @PrimaryColumn({ name: 'room_id', type: 'text' })
  roomId!: string;

  @Column({ name: 'assigned_at', type: 'timestamptz' })
  assignedAt!: Date;

  @Column({ name: 'author_id', type: 'uuid' })
  authorId!: string;

  @Column({ name: 'backup_id', type: 'uuid', nullable: true })
  backupId!: string | null;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'primary_id', type: 'uuid' })
  primaryId!: string;

  @Column({ type: 'timestamptz', nullable: true })
  until!: Date | null;

  @Column({ name: 'warned_at', type: 'timestamptz', nullable: true })
  warnedAt!: Date | null;
}
