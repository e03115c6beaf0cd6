import { z } from 'zod';
import type { WardSettings } from '../../platform/config/settings/ward.settings.js';

/** When an unanswered call climbs, in seconds from when it was placed; they rise. */
export interface EscalationPolicy {
  l1Sec: number;
  l2Sec: number;
  l3Sec: number;
  /** The interval of the repeats after level 3. */
  repeatSec: number;
  /** An accepted call without presence is pending again after this long. Left out: CALL_PRESENCE_SEC, 60 for urgent types. */
  presenceSec?: number;
  /** A call in progress asks the person who is present after this long; null: never. Left out: CALL_ATTENDANCE_SEC, 3600 for urgent types. */
  attendanceSec?: number | null;
}

/** The facts of a new call that its deadlines follow from. */
interface NewCall {
  readonly isUrgent: boolean;
  /** A fault of a device, which has no attendance. */
  readonly isFault: boolean;
}

interface Deadline {
  /** Its name in the tables and in HTTP. */
  readonly column: string;
  /** 0, where it is given, means never. */
  readonly mayBeNever: boolean;
  /** Without one of the policy, the department or the type; null: never. */
  readonly byDefault: (ward: WardSettings, call: NewCall) => number | null;
}

const always = { mayBeNever: false };

/** The ladder is given whole or not at all, so that levels of two rows never mix. */
export const LADDER = {
  l1Sec: { column: 'l1_sec', ...always, byDefault: (ward) => ward.ESCALATION_L1_SEC },
  l2Sec: { column: 'l2_sec', ...always, byDefault: (ward) => ward.ESCALATION_L2_SEC },
  l3Sec: { column: 'l3_sec', ...always, byDefault: (ward) => ward.ESCALATION_L3_SEC },
  repeatSec: { column: 'repeat_sec', ...always, byDefault: (ward) => ward.ESCALATION_REPEAT_SEC },
} as const satisfies Partial<Record<keyof EscalationPolicy, Deadline>>;

/** Each of the others is given on its own. */
export const CLOCKS = {
  presenceSec: {
    column: 'presence_sec',
    ...always,
    byDefault: ({ CALL_PRESENCE_SEC: usual }, { isUrgent }) => (isUrgent ? Math.min(60, usual) : usual),
  },
  attendanceSec: {
    column: 'attendance_sec',
    mayBeNever: true,
    byDefault: ({ CALL_ATTENDANCE_SEC: usual }, { isUrgent, isFault }) => (isFault ? null : isUrgent ? 3600 : usual),
  },
} as const satisfies Partial<Record<keyof EscalationPolicy, Deadline>>;

/** The deadlines of a call. Schemas, entities, statements and views follow from this table. */
export const DEADLINES = { ...LADDER, ...CLOCKS } as const satisfies Record<keyof EscalationPolicy, Deadline>;

export type DeadlineName = keyof typeof DEADLINES;
export type DeadlineColumn = (typeof DEADLINES)[DeadlineName]['column'];
/** As they are given; null: the next one in line decides. */
export type Deadlines = Record<DeadlineColumn, number | null>;

type Named = Deadline & { readonly column: DeadlineColumn };
type Table<Name extends string, One> = Readonly<Record<Name, One>>;
const entriesOf = <Name extends DeadlineName, One extends Named>(table: Table<Name, One>) => Object.entries(table) as [Name, One][];

/** A value for each deadline of a table, by its name in programs. */
export function byName<Name extends DeadlineName, One extends Named, T>(table: Table<Name, One>, of: (name: Name, one: One) => T) {
  return Object.fromEntries(entriesOf(table).map(([name, one]) => [name, of(name, one)])) as Record<Name, T>;
}

/** A value for each deadline of a table, by its column. */
export function byColumn<Name extends DeadlineName, One extends Named, T>(table: Table<Name, One>, of: (name: Name, one: One) => T) {
  return Object.fromEntries(entriesOf(table).map(([name, one]) => [one.column, of(name, one)])) as Record<One['column'], T>;
}

export const LADDER_NAMES = entriesOf(LADDER).map(([name]) => name);
export const DEADLINE_NAMES = entriesOf(DEADLINES).map(([name]) => name);
export const DEADLINE_COLUMNS = DEADLINE_NAMES.map((name) => DEADLINES[name].column);

/** A schema of a deadline: a day at most; 0, where it may be never, means that. */
export const secondsOf = ({ mayBeNever }: Pick<Deadline, 'mayBeNever'>) =>
  z
    .int()
    .min(mayBeNever ? 0 : 1)
    .max(86_400);

/** Each level is later than the one before. */
export const rises = ({ l1Sec, l2Sec, l3Sec }: Pick<EscalationPolicy, 'l1Sec' | 'l2Sec' | 'l3Sec'>) => l1Sec < l2Sec && l2Sec < l3Sec;
