import { z } from 'zod';
import { roleName } from '../../identity/roles/role-name.js';
import { uuid } from '../../platform/common/values/ids.js';

/** The place in a department's log at which a reader goes on. */
export const resumption = {
  dept: z.string(),
  recovered: z.boolean().describe('the missed events follow; otherwise a snapshot does'),
  from: z.int().describe('the next event'),
  head: z.int().describe('the newest event of the log'),
};

/** `hello`, for the published protocol. */
export const helloFrame = z.object({
  type: z.literal('hello'),
  connection_id: uuid,
  server_id: z.string(),
  epoch: z.string().describe('names the history that seq counts in'),
  user: z.object({
    id: uuid,
    username: z.string().describe('of a wall board: board:<id>'),
    name: z.string(),
    role: roleName.describe('a person’s role, or board'),
    departments: z.array(z.string()),
  }),
  heartbeat_sec: z.int(),
  server_time: z.number().describe('milliseconds since 1970; ages on a screen count by it'),
  limits: z.object({ max_payload: z.int(), messages: z.int().nullable(), per_sec: z.int().nullable() }),
  ...z.object(resumption).partial().shape,
  departments: z
    .array(z.object(resumption))
    .optional()
    .describe('an event stream of several departments: the place where each goes on; `dept` … `head` in a stream of one'),
});
export type HelloFrame = z.infer<typeof helloFrame>;
