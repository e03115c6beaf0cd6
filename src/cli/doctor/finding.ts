/** One line of the doctor's. */
export interface Finding {
  readonly check: 'settings' | 'database' | 'redis' | 'port' | 'files' | 'certificate' | 'clock' | 'kernel';
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** An instruction. */
  readonly advice?: string;
}

/** The reason of a failure, without a stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name);
}
