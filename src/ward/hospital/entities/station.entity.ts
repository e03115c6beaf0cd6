import { Column, Entity, PrimaryColumn } from 'typeorm';

export const STATION_KINDS = ['bedside', 'bathroom', 'staff_console'] as const;
export type StationKind = (typeof STATION_KINDS)[number];

/** A device that places and cancels calls. Of its key only the SHA-256 is kept. */
@Entity('stations')
export class Station {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'room_id', type: 'text' })
  roomId!: string;

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
}
