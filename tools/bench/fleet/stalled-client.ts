import { randomUUID } from 'node:crypto';
import { clientText } from './frames/client-frame.js';
import { type Place, routesTo } from './connecting.js';
import { DIALECTS } from './frames/dialects.js';
import { FrameParser, TEXT } from './frames/frame-parser.js';
import { RawSocket, type Route } from './raw-socket.js';

const SEND_EVERY_MS = 1000;
const COME_BACK_MS = 1000;

export interface Stalling {
  readonly place: Place;
  readonly cookie: string;
  readonly departments: readonly string[];
}

/** A client that subscribes to everything, reads no more from then on, and goes on talking: its connection looks alive. */
export class StalledClient {
  private readonly route: Route;
  private readonly departments: readonly string[];
  private raw: RawSocket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isWanted = true;
  private stalls = 0;
  private endings = 0;

  constructor({ place, cookie, departments }: Stalling) {
    this.route = routesTo(place, DIALECTS.wardline, [cookie])(0);
    this.departments = departments;
    this.come();
  }

  /** How often it has come to a standstill, and how often it was cut off for it. */
  get count(): { readonly stalls: number; readonly endings: number } {
    return { stalls: this.stalls, endings: this.endings };
  }

  leave(): void {
    this.isWanted = false;
    clearInterval(this.timer);
    this.raw?.cut();
  }

  private come(): void {
    const parser = new FrameParser();
    let missing = this.departments.length;
    const raw = new RawSocket(this.route, {
      opened: () => undefined,
      bytes: (chunk) => {
        for (const { opcode, payload } of parser.push(chunk)) {
          const text = opcode === TEXT ? payload.toString() : '';
          if (text.startsWith('{"type":"hello"')) this.subscribe(raw);
          if (text.startsWith('{"type":"snapshot"') && --missing === 0) this.stall(raw);
        }
      },
      ended: () => {
        this.ended();
      },
    });
    this.raw = raw;
  }

  private subscribe(raw: RawSocket): void {
    for (const dept of this.departments) raw.write(clientText(JSON.stringify({ id: randomUUID(), type: 'subscribe', dept })));
  }

  private stall(raw: RawSocket): void {
    this.stalls += 1;
    raw.stopReading();
    this.timer = setInterval(() => {
      raw.write(clientText(JSON.stringify({ type: 'ping', t: Date.now() })));
    }, SEND_EVERY_MS);
  }

  private ended(): void {
    clearInterval(this.timer);
    if (!this.isWanted) return;
    this.endings += 1;
    setTimeout(() => {
      if (this.isWanted) this.come();
    }, COME_BACK_MS);
  }
}
