import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The department's call about many silent stations at once, when there is one. */
@Entity('station_supervision')
export class StationSupervisionRow {
  @PrimaryColumn({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'call_id', type: 'uuid', nullable: true })
  callId!: string | null;
}
