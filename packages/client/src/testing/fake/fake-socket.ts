type Listener = (event: never) => void;

/** The client's end of a socket to the server in memory. Messages arrive in order, each in a turn of its own. */
export class FakeSocket {
  readyState = 0;
  readonly bufferedAmount = 0;
  private readonly listeners = new Map<string, Set<Listener>>();
  private receive: ((text: string) => void) | undefined;

  /** @param sink takes what is delivered, where no client listens */
  constructor(private readonly sink?: (text: string) => void) {
    if (sink) this.readyState = 1;
  }

  addEventListener(type: string, listener: Listener): void {
    const all = this.listeners.get(type) ?? new Set();
    all.add(listener);
    this.listeners.set(type, all);
  }

  accept(receive: (text: string) => void): void {
    this.receive = receive;
    this.readyState = 1;
    this.emit('open', {});
  }

  send(text: string): void {
    queueMicrotask(() => {
      if (this.readyState === 1) this.receive?.(text);
    });
  }

  close(code = 1000): void {
    this.drop(code);
  }

  deliver(text: string): void {
    if (this.sink) {
      if (this.readyState === 1) this.sink(text);
      return;
    }
    queueMicrotask(() => {
      if (this.readyState === 1) this.emit('message', { data: text });
    });
  }

  drop(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    queueMicrotask(() => {
      this.emit('close', { code, reason: '' });
    });
  }

  private emit(type: string, event: unknown): void {
    for (const listener of [...(this.listeners.get(type) ?? [])]) listener(event as never);
  }
}
