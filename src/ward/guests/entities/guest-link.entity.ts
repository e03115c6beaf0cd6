import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The link of a bed for its patient and their guests. */
@Entity('guest_links')
export class GuestLink {
  @PrimaryColumn({ name: 'bed_id', type: 'text' })
  bedId!: string;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ type: 'int' })
  generation!: number;

  @Column({ name: 'issued_at', type: 'timestamptz' })
  issuedAt!: Date;

  @Column({ name: 'last_call_id', type: 'uuid', nullable: true })
  lastCallId!: string | null;
}
