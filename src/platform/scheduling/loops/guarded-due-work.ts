import type { ExtensionGuard } from '../../extensions/extension-guard.js';
import type { DueWork } from '../due-work.js';

const DEADLINE_MS = 30_000;

/** Due work of a hospital's own: it is bounded, its statements have a pool of their own, and its failures are nobody else's. */
export class GuardedDueWork implements DueWork {
  readonly concurrency: number;

  constructor(
    private readonly own: DueWork,
    private readonly guard: ExtensionGuard,
    private readonly stop: AbortSignal,
  ) {
    this.concurrency = own.concurrency ?? 1;
  }

  get name(): string {
    return this.own.name;
  }

  handleOne(): Promise<boolean> {
    return this.ask(
      () => this.own.handleOne(),
      (answer) => typeof answer === 'boolean',
    );
  }

  nextDueIn(): Promise<number | undefined> {
    return this.ask(
      async () => this.own.nextDueIn?.(),
      (answer) => answer === undefined || (typeof answer === 'number' && !Number.isNaN(answer)),
    );
  }

  private ask<T>(work: () => Promise<T>, isValid: (answer: T) => boolean): Promise<T> {
    return this.guard.call<T>({
      point: `due work ${this.name}`,
      deadlineMs: DEADLINE_MS,
      isBackground: true,
      isAnswer: () => false,
      stop: this.stop,
      work,
      isValid,
      fallback: () => {
        throw new Error(`the due work ${this.name} did not do its work`);
      },
    });
  }
}
