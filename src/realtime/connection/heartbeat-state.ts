/** A ping that was sent, to one connection or to many, as it is known again when it is answered. */
export interface SentPing<Mark> {
  /** The mark that the answer must carry. */
  readonly mark: Mark;
  /** Milliseconds of the process's monotonic clock. */
  readonly sentAt: number;
}

/** Pings are spread over this many rounds at random, so that those who came together are not pinged together. */
const PHASES = 1 << 20;

/** The heartbeat's state of one connection: a few numbers, no timer of its own. */
export class HeartbeatState {
  /** Rounds since the connection was opened, from a random start. */
  rounds = Math.floor(Math.random() * PHASES);
  /** Rounds in which nothing was heard, one after another. */
  quiet = 0;
  /** Milliseconds of the last round trip. */
  rtt: number | undefined;
  private heard: number | undefined;
  private frame: SentPing<number> | undefined;
  private control: SentPing<Buffer> | undefined;

  /** Counts a round. @param bytesIn all that has come in so far; undefined of who has nothing to send, whose silence says nothing */
  count(bytesIn: number | undefined): void {
    this.rounds++;
    if (bytesIn === undefined) return;
    // The first look only notes: it may come any time after the opening, and the second right behind it.
    this.quiet = bytesIn === this.heard ? this.quiet + 1 : 0;
    this.heard = bytesIn;
  }

  /** An application `ping` went out. */
  pinged(ping: SentPing<number>): void {
    this.frame = ping;
  }

  /** A protocol ping went out. */
  pingedByControl(ping: SentPing<Buffer>): void {
    this.control = ping;
  }

  /**
   * A `pong` with this `t` has come. Only the first answer to the last ping that was sent counts.
   * @returns milliseconds of the round trip
   */
  answered(t: number, now: number): number | undefined {
    if (this.frame?.mark !== t) return undefined;
    this.rtt = now - this.frame.sentAt;
    this.frame = undefined;
    return this.rtt;
  }

  /** The same for a protocol pong. */
  answeredByControl(payload: Buffer, now: number): number | undefined {
    const { control } = this;
    if (!control || !payload.equals(control.mark)) return undefined;
    this.rtt = now - control.sentAt;
    this.control = undefined;
    return this.rtt;
  }
}
