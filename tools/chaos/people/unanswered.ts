/** The answer to a command, whichever way it came. */
export interface Reply {
  readonly ok: boolean;
  readonly code: string;
  readonly retryable: boolean;
  /** The call, or the details of a refusal. */
  readonly body: unknown;
}

const TIMEOUT_MS = 6000;

interface Waiting {
  readonly text: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (reply: Reply | undefined) => void;
}

/** Commands on a socket that wait for their answer; they outlive the connection. */
export class Unanswered {
  private readonly waiting = new Map<string, Waiting>();

  wait(id: string, text: string): Promise<Reply | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.settle(id, undefined);
      }, TIMEOUT_MS);
      this.waiting.set(id, { text, timer, resolve });
    });
  }

  settle(id: string, reply: Reply | undefined): void {
    const command = this.waiting.get(id);
    if (!command) return;
    this.waiting.delete(id);
    clearTimeout(command.timer);
    command.resolve(reply);
  }

  texts(): string[] {
    return [...this.waiting.values()].map((command) => command.text);
  }

  giveUp(): void {
    for (const id of [...this.waiting.keys()]) this.settle(id, undefined);
  }
}
