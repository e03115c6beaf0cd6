import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The acceptance of a call by a person, for the reports: it stays when the call goes on. */
@Entity('call_acceptances')
export class CallAcceptance {
  @PrimaryColumn({ type: 'bigint', insert: false, update: false })
  id!: string;

  @Column({ name: 'accepted_at', type: 'timestamptz' })
  acceptedAt!: Date;

  @Column({ name: 'call_id', type: 'uuid' })
  callId!: string;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'placed_at', type: 'timestamptz' })
  placedAt!: Date;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;
}
