export interface CommandAnswer {
  readonly ok: boolean;
  /** The error's code; `OK` when there is none. */
  readonly code: string;
  readonly roundTripMs: number;
}

interface Waiting {
  readonly text: string;
  readonly sentAt: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answer: CommandAnswer) => void;
}

/**
 * Commands that wait for their answer. They outlive a connection: their id is the idempotency
 * key, so after a reconnect the same text is sent again and gets the first answer.
 */
export class InFlight {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly timeoutMs: number) {}

  open(id: string, text: string): Promise<CommandAnswer> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.settle(id, 'COMMAND_TIMEOUT');
      }, this.timeoutMs);
      this.waiting.set(id, { text, sentAt: performance.now(), timer, resolve });
    });
  }

  /** False when nothing waits under this id. */
  settle(id: string, code: string): boolean {
    const command = this.waiting.get(id);
    if (command === undefined) return false;
    this.waiting.delete(id);
    clearTimeout(command.timer);
    const roundTripMs = performance.now() - command.sentAt;
    command.resolve({ ok: code === 'OK', code, roundTripMs });
    return true;
  }

  unanswered(): string[] {
    return [...this.waiting.values()].map((command) => command.text);
  }

  failAll(code: string): void {
    for (const id of [...this.waiting.keys()]) this.settle(id, code);
  }
}
