/**
 * Looks at the sockets only so often. Between two looks this process waits for nothing that a socket could end: a server's write
 * then does not pay for waking the reader up, which over loopback would be a good part of its cost and over a network is none.
 */
export class Doze {
  private readonly lock = new Int32Array(new SharedArrayBuffer(4));
  private everyMs = 0;

  /** @param everyMs 0 ends it */
  set(everyMs: number): void {
    const begins = this.everyMs === 0 && everyMs > 0;
    this.everyMs = everyMs;
    if (begins) this.sleep();
  }

  private sleep(): void {
    if (this.everyMs === 0) return;
    Atomics.wait(this.lock, 0, 0, this.everyMs);
    setImmediate(() => {
      this.sleep();
    });
  }
}
