import type { CommandOptions } from './commands.js';
import type { CallView } from '../protocol.js';
import type { CallRoute, Route, RouteAnswer, RouteInput, RouteOptions } from './routes.js';
import { named } from './ward-api.js';

type Execute = (type: string, data: Readonly<Record<string, unknown>>, options?: CommandOptions) => Promise<unknown>;

/** The version of a call that the screen showed; a stale one is refused with the call as it is now. */
interface Versioned extends CommandOptions {
  version?: number | undefined;
}

export type DeclineCode = NonNullable<RouteInput<'POST /calls/{id}/decline'>['code']>;
type ShiftView = RouteAnswer<'POST /departments/{dept}/shifts'>;

/** Commands on calls, each with a key: sent again until answered. And what HTTP says of calls. */
export interface CallsApi {
  accept(id: string, options?: Versioned): Promise<CallView>;
  decline(id: string, options?: Versioned & { code?: DeclineCode | undefined; reason?: string | undefined }): Promise<CallView>;
  arrive(id: string, options?: Versioned): Promise<CallView>;
  complete(id: string, options?: Versioned & { closeSuperseded?: boolean | undefined }): Promise<CallView>;
  cancel(id: string, options?: Versioned & { reason?: string | undefined; closeSuperseded?: boolean | undefined }): Promise<CallView>;
  raise(call: RouteInput<'POST /calls'>, options?: CommandOptions): Promise<CallView>;
  reassign(id: string, to: { staff_id: string; reason: string }, options?: RouteOptions): Promise<CallView>;
  /** One call with its history and its annunciations. */
  get(id: string): Promise<RouteAnswer<'GET /calls/{id}'>>;
  list(query?: RouteInput<'GET /calls'>): Promise<RouteAnswer<'GET /calls'>>;
}

export interface ShiftsApi {
  start(dept: string, options?: CommandOptions): Promise<ShiftView>;
  /** @throws WardlineError `LAST_ON_DUTY` unless `confirm`, `SHIFT_HAS_CALLS` */
  end(dept: string, options?: CommandOptions & { confirm?: boolean | undefined }): Promise<ShiftView>;
  pause(dept: string, options?: CommandOptions & { until?: string | undefined; confirm?: boolean | undefined }): Promise<ShiftView>;
  resume(dept: string, options?: CommandOptions): Promise<ShiftView>;
}

/** Runs a command; its fields that are undefined are left out. */
function run<T>(execute: Execute, type: string, fields: object, { maxAgeMs, key, ...more }: CommandOptions & object = {}): Promise<T> {
  // JSON leaves out what is undefined: the server refuses unknown and empty fields.
  const data = JSON.parse(JSON.stringify({ ...fields, ...more })) as Record<string, unknown>;
  return execute(type, data, { maxAgeMs, key }) as Promise<T>;
}

const ASKED = { reassign: 'POST /calls/{id}/reassign', get: 'GET /calls/{id}', list: 'GET /calls' } satisfies Record<string, Route>;

export function callsApi(execute: Execute, http: CallRoute): CallsApi {
  const on =
    (verb: string) =>
    (id: string, { closeSuperseded, ...options }: CommandOptions & { closeSuperseded?: boolean | undefined } = {}) =>
      run<CallView>(execute, `call.${verb}`, { call_id: id, close_superseded: closeSuperseded }, options);
  return {
    ...{ accept: on('accept'), decline: on('decline'), arrive: on('arrive'), complete: on('complete'), cancel: on('cancel') },
    raise: (call, options) => run(execute, 'call.raise', call, options),
    ...(named(http, ASKED) as Pick<CallsApi, keyof typeof ASKED>),
  };
}

export function shiftsApi(execute: Execute): ShiftsApi {
  const on = (verb: string) => (dept: string, options?: CommandOptions) => run<ShiftView>(execute, `shift.${verb}`, { dept }, options);
  return { start: on('start'), end: on('end'), pause: on('pause'), resume: on('resume') };
}
