import { AsyncLocalStorage } from 'node:async_hooks';

/** Code that is not Wardline's runs: the point that called it, and until when. */
export interface ExtensionContext {
  readonly point: string;
  /** Milliseconds, as `performance.now()` counts them. */
  readonly endsAt: number;
  /** Nobody waits for it: it has a pool of its own. */
  readonly isBackground: boolean;
  /** Takes an error that nobody handles: of a promise that was left alone, of a timer, of a stream without a listener. */
  readonly stray: (error: unknown) => void;
}

const storage = new AsyncLocalStorage<ExtensionContext>();

/** Runs `work`, and everything that it begins, in the context. */
export function insideExtension<T>(context: ExtensionContext, work: () => T): T {
  return storage.run(context, work);
}

/** The extension on whose behalf this code runs; undefined in Wardline's own. */
export function currentExtension(): ExtensionContext | undefined {
  return storage.getStore();
}
