import { z } from 'zod';
import { language } from '../../platform/common/values/language.js';
import { isGrantable, WARDLINE_ROLES } from '../access/capabilities.js';

/** A person who works shifts is asked for calls, and must be able to answer. */
const OF_A_SHIFT = ['call.accept', 'call.decline', 'call.arrive', 'call.complete'];

/** A role of a hospital's own, as its program declares it. */
export const roleDefinition = z
  .strictObject({
    /** Also the name in the log: it is never used for another role. */
    id: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/)
      .refine((id) => !(id in WARDLINE_ROLES) && id !== 'board', 'is one of Wardline’s'),
    /** Exactly what its people may do: capabilities of Wardline's, such as `call.accept`, and the hospital's own. */
    capabilities: z.array(z.string().refine(isGrantable, 'is no capability that a role can have')).max(100),
    /** A name in each language. */
    labels: z.record(language, z.string().min(1).max(100)),
  })
  .refine(
    ({ capabilities }) => !capabilities.includes('shift.work') || OF_A_SHIFT.every((one) => capabilities.includes(one)),
    `shift.work needs ${OF_A_SHIFT.join(', ')}, too: people on duty are asked for calls`,
  );
/** A role of a hospital's own. */
export type RoleDefinition = z.infer<typeof roleDefinition>;
