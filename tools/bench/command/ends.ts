import { within } from '../../../src/platform/common/within.js';
import { messageOf } from '../client/invocation.js';
import { say } from './say.js';

/** Longer than the slowest orderly end: an embedded PostgreSQL may take 35 s. */
const END_TIMEOUT_MS = 60_000;

/** Resources that must be given back, the last first. */
export class Ends {
  private readonly ends: (() => unknown)[] = [];
  private ending: Promise<void> | undefined;

  add(end: () => unknown): void {
    this.ends.push(end);
  }

  /** A call while it is under way waits for the same end: an interrupted command fails, and both want to clean up. */
  all(): Promise<void> {
    this.ending ??= this.endAll().finally(() => (this.ending = undefined));
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (let end = this.ends.pop(); end; end = this.ends.pop()) {
      try {
        await within(Promise.resolve().then(end), END_TIMEOUT_MS, () => new Error(`it did not end in time: ${String(end)}`));
      } catch (error) {
        // The others want their end all the same.
        say(`cleaning up: ${messageOf(error)}`);
      }
    }
  }
}
