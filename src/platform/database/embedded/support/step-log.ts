/**
 * The receiver of the launcher's notable steps: an event name and its fields. Paths, pids and durations go in; never a
 * password or a connection URL.
 */
export type StepLog = (event: string, fields?: Record<string, unknown>) => void;
