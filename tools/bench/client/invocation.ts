/** How a bench command was called. */
export interface Invocation {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The only place under `bench/` that looks at the process's arguments and environment, so that
 * everything else can be tested with plain values.
 */
export function invocation(): Invocation {
  return { args: process.argv.slice(2), env: process.env };
}

/** A mistake of the person at the keyboard: shown as one line, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
