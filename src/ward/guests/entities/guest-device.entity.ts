import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A device that a bed's link is used on. */
@Entity('guest_devices')
export class GuestDevice {
  @PrimaryColumn({ name: 'bed_id', type: 'text' })
  bedId!: string;

  @PrimaryColumn({ type: 'bytea', select: false })
  device!: Buffer;

  @Column({ name: 'last_seen_at', type: 'timestamptz' })
  lastSeenAt!: Date;
}
