import { Column, Entity, PrimaryColumn } from 'typeorm';
import { deadlineColumns } from '../../deadlines/deadline-columns.js';
import type { StationKind } from './station.entity.js';

export const DISPATCH_MODES = ['assigned', 'broadcast'] as const;
export type DispatchMode = (typeof DISPATCH_MODES)[number];

/** The people who may cancel a call of the type without being a manager with a reason. */
export const CANCEL_POLICIES = ['on_duty_or_station', 'on_duty', 'present', 'station_or_present', 'station_or_complete'] as const;
export type CancelPolicy = (typeof CANCEL_POLICIES)[number];

/** The kind of help that a call asks for. */
@Entity('call_types')
export class CallType extends deadlineColumns() {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** 0 is the least urgent. */
  @Column({ type: 'int' })
  rank!: number;

  @Column({ type: 'text' })
  dispatch!: DispatchMode;

  @Column({ name: 'cancel_policy', type: 'text' })
  cancelPolicy!: CancelPolicy;

  @Column({ name: 'retired_at', type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;

  /** By language. */
  @Column({ type: 'jsonb' })
  labels!: Record<string, string>;

  @Column({ name: 'station_kinds', type: 'text', array: true })
  stationKinds!: StationKind[];
}
