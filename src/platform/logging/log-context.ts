import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids of the work that a log line belongs to. */
export interface LogContext {
  readonly request_id?: string;
  readonly connection_id?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `work`; each log line that it causes carries the ids. */
export function withLogContext<T>(ids: LogContext, work: () => T): T {
  return storage.run(ids, work);
}

/** The ids of the work in hand; empty outside of any. */
export function currentLogContext(): LogContext {
  return storage.getStore() ?? {};
}
