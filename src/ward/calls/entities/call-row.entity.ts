import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LADDER_NAMES } from '../../deadlines/deadlines.js';
import { deadlineColumns } from '../../deadlines/deadline-columns.js';

/** One request for help. Its deadlines are columns; the engine reads them by index. */
@Entity('calls')
export class CallRow extends deadlineColumns([...LADDER_NAMES, 'presenceSec']) {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'accepted_at', type: 'timestamptz', nullable: true })
  acceptedAt!: Date | null;

  @Column({ name: 'accepted_by', type: 'uuid', nullable: true })
  acceptedBy!: string | null;

  @Column({ name: 'annunciated_at', type: 'timestamptz', nullable: true })
  annunciatedAt!: Date | null;

  @Column({ name: 'at_device', type: 'boolean' })
  atDevice!: boolean;

  @Column({ name: 'attendance_asked_at', type: 'timestamptz', nullable: true })
  attendanceAskedAt!: Date | null;

  @Column({ name: 'attendance_due_at', type: 'timestamptz', nullable: true })
  attendanceDueAt!: Date | null;

  @Column({ name: 'attended_at', type: 'timestamptz', nullable: true })
  attendedAt!: Date | null;

  @Column({ name: 'bed_id', type: 'text', nullable: true })
  bedId!: string | null;

  @Column({ name: 'cancel_reason', type: 'text', nullable: true })
  cancelReason!: string | null;

  @Column({ name: 'cancelled_at', type: 'timestamptz', nullable: true })
  cancelledAt!: Date | null;

  @Column({ name: 'clock_left', type: 'interval', nullable: true })
  clockLeft!: unknown;

  @Column({ name: 'closed_by', type: 'text', nullable: true })
  closedBy!: string | null;

  @Column({ name: 'completed_at', type: 'timestamptz', nullable: true })
  completedAt!: Date | null;

  @Column({ name: 'dept_id', type: 'text' })
  dept!: string;

  @Column({ name: 'earlier_level', type: 'int' })
  earlierLevel!: number;

  @Column({ name: 'engine_failures', type: 'int' })
  engineFailures!: number;

  @Column({ name: 'engine_retry_at', type: 'timestamptz', nullable: true })
  engineRetryAt!: Date | null;

  @Column({ name: 'failsafe_from', type: 'int' })
  failsafeFrom!: number;

  @Column({ name: 'failsafe_repeats', type: 'int' })
  failsafeRepeats!: number;

  @Column({ type: 'int' })
  level!: number;

  @Column({ name: 'next_escalation_at', type: 'timestamptz', nullable: true })
  nextEscalationAt!: Date | null;

  @Column({ name: 'no_presences', type: 'int' })
  noPresences!: number;

  @Column({ type: 'interval' })
  paused!: unknown;

  @Column({ type: 'text', insert: false, update: false })
  place!: string;

  @Column({ name: 'placed_at', type: 'timestamptz' })
  placedAt!: Date;

  @Column({ name: 'presence_due_at', type: 'timestamptz', nullable: true })
  presenceDueAt!: Date | null;

  @Column({ name: 'present_at', type: 'timestamptz', nullable: true })
  presentAt!: Date | null;

  @Column({ name: 'present_by', type: 'text', nullable: true })
  presentBy!: string | null;

  @Column({ name: 'press_again_at', type: 'timestamptz', nullable: true })
  pressAgainAt!: Date | null;

  @Column({ type: 'int' })
  priority!: number;

  @Column({ name: 'raised_by', type: 'uuid', nullable: true })
  raisedBy!: string | null;

  @Column({ name: 'repeat_due_at', type: 'timestamptz', nullable: true })
  repeatDueAt!: Date | null;

  @Column({ name: 'repeated_event_at', type: 'timestamptz', nullable: true })
  repeatedEventAt!: Date | null;

  @Column({ type: 'int' })
  repeats!: number;

  @Column({ name: 'room_id', type: 'text' })
  roomId!: string;

  @Column({ type: 'int' })
  round!: number;

  @Column({ name: 'round_started_at', type: 'timestamptz', nullable: true })
  roundStartedAt!: Date | null;

  @Column({ type: 'text' })
  state!: string;

  @Column({ name: 'station_id', type: 'text', nullable: true })
  stationId!: string | null;

  @Column({ name: 'station_ids', type: 'text', array: true })
  stationIds!: string[];

  @Column({ name: 'superseded_at', type: 'timestamptz', nullable: true })
  supersededAt!: Date | null;

  @Column({ name: 'superseded_by', type: 'uuid', nullable: true })
  supersededBy!: string | null;

  @Column({ type: 'uuid', array: true })
  supersedes!: string[];

  @Column({ name: 'timer_at', type: 'timestamptz', nullable: true, insert: false, update: false })
  timerAt!: Date | null;

  @Column({ name: 'top_level_sec', type: 'double precision' })
  topLevelSec!: number;

  @Column({ type: 'text' })
  type!: string;

  @Column({ type: 'int' })
  version!: number;
}
