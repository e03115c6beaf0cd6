import { messageOf } from '../client/invocation.js';
import { say } from './say.js';

/** What must be given back, the last first. */
export class Ends {
  private readonly ends: (() => unknown)[] = [];
  private ending: Promise<void> | undefined;

  add(end: () => unknown): void {
    this.ends.push(end);
  }

  /** Who asks while it is under way waits for the same end: an interrupted command fails, and both want to clean up. */
  all(): Promise<void> {
    this.ending ??= this.endAll().finally(() => (this.ending = undefined));
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (let end = this.ends.pop(); end; end = this.ends.pop()) {
      try {
        await end();
      } catch (error) {
        // The others want their end all the same.
        say(`cleaning up: ${messageOf(error)}`);
      }
    }
  }
}
