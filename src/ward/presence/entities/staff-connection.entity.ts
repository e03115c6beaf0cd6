import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A live connection of a person, on one node. */
@Entity('staff_connections')
export class StaffConnection {
  @PrimaryColumn({ name: 'connection_id', type: 'uuid' })
  connectionId!: string;

  @Column({ name: 'server_id', type: 'text' })
  serverId!: string;

  @Column({ type: 'timestamptz' })
  since!: Date;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;
}
