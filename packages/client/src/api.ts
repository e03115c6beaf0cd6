import type { CommandOptions } from './commands.js';
import type { Method, RequestOptions } from './http.js';
import type { CallView } from './protocol.js';

type Execute = (type: string, data: Readonly<Record<string, unknown>>, options?: CommandOptions) => Promise<unknown>;
type Request = (method: Method, path: string, options?: RequestOptions) => Promise<unknown>;

/** The version of a call that the screen showed; a stale one is refused with the call as it is now. */
interface Versioned extends CommandOptions {
  version?: number;
}

interface Options extends Versioned {
  closeSuperseded?: boolean;
  code?: string;
  reason?: string;
}

export type DeclineCode = 'busy' | 'break' | 'too_far' | 'not_qualified' | 'other';

export interface CallsApi {
  accept(id: string, options?: Versioned): Promise<CallView>;
  decline(id: string, options?: Versioned & { code?: DeclineCode; reason?: string }): Promise<CallView>;
  arrive(id: string, options?: Versioned): Promise<CallView>;
  complete(id: string, options?: Versioned & { closeSuperseded?: boolean }): Promise<CallView>;
  cancel(id: string, options?: Versioned & { reason?: string; closeSuperseded?: boolean }): Promise<CallView>;
  raise(call: { type: string; room_id: string; bed_id?: string }, options?: CommandOptions): Promise<CallView>;
  reassign(id: string, to: { staff_id: string; reason: string }, options?: { key?: string }): Promise<CallView>;
  /** One call with its history and its annunciations. */
  get(id: string): Promise<CallView>;
  list(query: {
    dept: string;
    state?: string;
    cursor?: string;
    limit?: number;
  }): Promise<{ items: CallView[]; next_cursor: string | null }>;
}

export interface ShiftsApi {
  start(dept: string, options?: CommandOptions): Promise<unknown>;
  /** @throws WardlineError `LAST_ON_DUTY` unless `confirm`, `SHIFT_HAS_CALLS` */
  end(dept: string, options?: CommandOptions & { confirm?: boolean }): Promise<unknown>;
  pause(dept: string, options?: CommandOptions & { until?: string; confirm?: boolean }): Promise<unknown>;
  resume(dept: string, options?: CommandOptions): Promise<unknown>;
}

/** Leaves out what is undefined: the server refuses unknown and empty fields. */
function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function callsApi(execute: Execute, request: Request): CallsApi {
  const on = async (verb: string, id: string, options: Options = {}): Promise<CallView> => {
    const { maxAgeMs, key, closeSuperseded, ...fields } = options;
    const data = defined({ call_id: id, ...fields, close_superseded: closeSuperseded });
    return (await execute(`call.${verb}`, data, settings(maxAgeMs, key))) as CallView;
  };
  return {
    accept: (id, options) => on('accept', id, options),
    decline: (id, options) => on('decline', id, options),
    arrive: (id, options) => on('arrive', id, options),
    complete: (id, options) => on('complete', id, options),
    cancel: (id, options) => on('cancel', id, options),
    raise: async (call, options) => (await execute('call.raise', defined(call), options)) as CallView,
    reassign: async (id, to, { key = crypto.randomUUID() } = {}) =>
      (await request('POST', `/calls/${encodeURIComponent(id)}/reassign`, { body: to, headers: { 'Idempotency-Key': key } })) as CallView,
    get: async (id) => (await request('GET', `/calls/${encodeURIComponent(id)}`)) as CallView,
    list: async (query) => (await request('GET', '/calls', { query })) as { items: CallView[]; next_cursor: string | null },
  };
}

export function shiftsApi(execute: Execute): ShiftsApi {
  const on = (verb: string, dept: string, { maxAgeMs, key, ...fields }: CommandOptions & Record<string, unknown> = {}) =>
    execute(`shift.${verb}`, defined({ dept, ...fields }), settings(maxAgeMs, key));
  return {
    start: (dept, options) => on('start', dept, { ...options }),
    end: (dept, options) => on('end', dept, { ...options }),
    pause: (dept, options) => on('pause', dept, { ...options }),
    resume: (dept, options) => on('resume', dept, { ...options }),
  };
}

function settings(maxAgeMs: number | undefined, key: string | undefined): CommandOptions {
  return { ...(maxAgeMs !== undefined && { maxAgeMs }), ...(key !== undefined && { key }) };
}
