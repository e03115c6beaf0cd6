import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Room } from './room.entity.js';

export const STATION_KINDS = ['bedside', 'bathroom', 'staff_console'] as const;
/** The kind of a station. */
export type StationKind = (typeof STATION_KINDS)[number];

/** A device that places and cancels calls. Only the SHA-256 of its key is kept. */
@Entity('stations')
export class Station {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'room_id', type: 'text' })
  roomId!: string;

  /** Loaded on demand; also for conditions on the room's department. */
  @ManyToOne(() => Room)
  @JoinColumn({ name: 'room_id' })
  room?: Room;

  @Column({ name: 'bed_id', type: 'text', nullable: true })
  bedId!: string | null;

  @Column({ type: 'text' })
  kind!: StationKind;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'key_hash', type: 'bytea', select: false })
  keyHash!: Buffer;

  @Column({ name: 'last_seen_at', type: 'timestamptz', nullable: true })
  lastSeenAt!: Date | null;

  @Column({ name: 'retired_at', type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;

  @Column({ name: 'stale_call_id', type: 'uuid', nullable: true })
  staleCallId!: string | null;

  @Column({ name: 'stale_since', type: 'timestamptz', nullable: true })
  staleSince!: Date | null;

  @Column({ name: 'supervision_retry_at', type: 'timestamptz', nullable: true })
  supervisionRetryAt!: Date | null;

  @Column({ type: 'text', array: true, nullable: true })
  types!: string[] | null;
}
