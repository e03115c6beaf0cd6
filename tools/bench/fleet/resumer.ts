import { randomUUID } from 'node:crypto';
import { clientText } from './frames/client-frame.js';
import { FrameParser, TEXT } from './frames/frame-parser.js';
import { RawSocket, type Route } from './raw-socket.js';

const EVENT_SEQ = /^\{"type":"[a-z._]+","dept":"[^"]+","seq":(\d+)/;
const SNAPSHOT_SEQ = /^\{"type":"snapshot",.*?"seq":(\d+)/;
const EPOCH = /"epoch":"([^"]+)"/;
const RETRY_AFTER = /"retryable":true,"retry_after":(\d+)/;
/** The protocol's wait of a client after a failed attempt: doubled each time, ± 20 % at random. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const SPREAD = 0.2;

/** A client that follows a department, comes back after a cut, and knows what it must have got. */
export class Resumer {
  /** `seq` of the last event or snapshot. */
  last = 0;
  /** Events that were not the next one. */
  gaps = 0;
  /** Returns that were answered with a snapshot instead of what was missed. */
  snapshots = 0;
  failures = 0;
  /** `performance.now()` of the last `subscribe`. */
  askedAt = 0;
  private epoch: string | undefined;
  private raw: RawSocket | undefined;
  private parser = new FrameParser();
  private isWanted = false;

  constructor(
    private readonly route: Route,
    readonly dept: string,
    /** Called whenever {@link last} has changed. */
    private readonly progressed: (resumer: Resumer) => void,
  ) {}

  come(): void {
    this.isWanted = true;
    this.parser = new FrameParser();
    this.raw = new RawSocket(this.route, {
      opened: () => undefined,
      bytes: (chunk) => {
        for (const { opcode, payload } of this.parser.push(chunk)) if (opcode === TEXT) this.read(payload.toString());
      },
      ended: () => {
        if (this.isWanted) this.comeLater();
      },
    });
  }

  cut(): void {
    this.isWanted = false;
    this.raw?.cut();
  }

  private comeLater(): void {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.failures, LONGEST_WAIT_MS);
    this.failures += 1;
    setTimeout(
      () => {
        if (this.isWanted) this.come();
      },
      wait * (1 - SPREAD + 2 * SPREAD * Math.random()),
    );
  }

  private read(text: string): void {
    if (text.startsWith('{"type":"hello"')) {
      this.epoch ??= EPOCH.exec(text)?.[1];
      this.subscribe();
      return;
    }
    const snapshot = SNAPSHOT_SEQ.exec(text)?.[1];
    const event = snapshot === undefined ? EVENT_SEQ.exec(text)?.[1] : undefined;
    if (snapshot !== undefined) {
      if (this.last > 0) this.snapshots += 1;
      this.advance(Number(snapshot));
    } else if (event !== undefined) {
      if (Number(event) !== this.last + 1) this.gaps += 1;
      this.advance(Number(event));
    } else if (text.startsWith('{"type":"error"')) {
      this.refused(text);
    }
  }

  private subscribe(): void {
    this.askedAt = performance.now();
    const resume = this.last === 0 ? {} : { after: this.last, epoch: this.epoch };
    this.raw?.write(clientText(JSON.stringify({ id: randomUUID(), type: 'subscribe', dept: this.dept, ...resume })));
  }

  /** Asks again when the server says so. */
  private refused(text: string): void {
    const seconds = RETRY_AFTER.exec(text)?.[1];
    if (seconds === undefined) throw new Error(`subscribe was answered with ${text.slice(0, 200)}`);
    this.failures += 1;
    const { raw } = this;
    setTimeout(
      () => {
        if (this.isWanted && this.raw === raw) this.subscribe();
      },
      Number(seconds) * 1000,
    );
  }

  private advance(seq: number): void {
    this.last = seq;
    this.progressed(this);
  }
}
