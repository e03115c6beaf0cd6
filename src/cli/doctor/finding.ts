/** One line of the doctor's. */
export interface Finding {
  readonly check: 'settings' | 'database' | 'redis' | 'port' | 'files' | 'certificate' | 'clock' | 'kernel';
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** An instruction. */
  readonly advice?: string;
}
