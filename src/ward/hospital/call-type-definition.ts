import { z } from 'zod';
import { language } from '../../platform/common/values/language.js';
import { byName, CLOCKS, LADDER, rises, secondsOf } from '../deadlines/deadlines.js';
import { CANCEL_POLICIES, DISPATCH_MODES } from './entities/call-type.entity.js';
import { STATION_KINDS } from './entities/station.entity.js';

/** Also the name in the log: it is never used for another type. */
export const callTypeId = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);

const escalation = z
  .strictObject({
    ...byName(LADDER, (_name, deadline) => secondsOf(deadline)),
    ...byName(CLOCKS, (_name, deadline) => secondsOf(deadline).optional()),
  })
  .refine(rises, 'l1Sec, l2Sec and l3Sec must rise');

/** Checks a type of call. */
export const callTypeDefinition = z.strictObject({
  id: callTypeId,
  /** 0 is the least urgent, 9 the most. */
  rank: z.int().min(0).max(9),
  /** `assigned` asks one nurse, `broadcast` everybody on duty. */
  dispatch: z.enum(DISPATCH_MODES),
  cancelPolicy: z.enum(CANCEL_POLICIES),
  /** The kinds of station that may raise it; all, unless given. */
  stationKinds: z.array(z.enum(STATION_KINDS)).optional(),
  /** A ladder of its own; that of the department, unless given. */
  escalation: escalation.optional(),
  /** A name in each language. */
  labels: z.record(language, z.string().min(1).max(100)),
});
/** A type of call, as a hospital's program declares it. */
export type CallTypeDefinition = z.infer<typeof callTypeDefinition>;
