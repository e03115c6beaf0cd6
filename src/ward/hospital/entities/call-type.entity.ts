import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StationKind } from './station.entity.js';

export const DISPATCH_MODES = ['assigned', 'broadcast'] as const;
export type DispatchMode = (typeof DISPATCH_MODES)[number];

/** The people who may cancel a call of the type without being a manager with a reason. */
export const CANCEL_POLICIES = ['on_duty_or_station', 'on_duty', 'present', 'station_or_present', 'station_or_complete'] as const;
export type CancelPolicy = (typeof CANCEL_POLICIES)[number];

/** The kind of help that a call asks for. */
@Entity('call_types')
export class CallType {
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

  @Column({ name: 'attendance_sec', type: 'int', nullable: true })
  attendanceSec!: number | null;

  @Column({ name: 'l1_sec', type: 'int', nullable: true })
  l1Sec!: number | null;

  @Column({ name: 'l2_sec', type: 'int', nullable: true })
  l2Sec!: number | null;

  @Column({ name: 'l3_sec', type: 'int', nullable: true })
  l3Sec!: number | null;

  /** By language. */
  @Column({ type: 'jsonb' })
  labels!: Record<string, string>;

  @Column({ name: 'presence_sec', type: 'int', nullable: true })
  presenceSec!: number | null;

  @Column({ name: 'repeat_sec', type: 'int', nullable: true })
  repeatSec!: number | null;

  @Column({ name: 'station_kinds', type: 'text', array: true })
  stationKinds!: StationKind[];
}
