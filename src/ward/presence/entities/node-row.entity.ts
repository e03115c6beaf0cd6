import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A node and its last heartbeat. */
@Entity('nodes')
export class NodeRow {
  @PrimaryColumn({ name: 'server_id', type: 'text' })
  serverId!: string;

  @Column({ name: 'heartbeat_at', type: 'timestamptz' })
  heartbeatAt!: Date;

  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true })
  retryAt!: Date | null;

  @Column({ name: 'started_at', type: 'timestamptz' })
  startedAt!: Date;
}
