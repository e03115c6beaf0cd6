import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';

/** An answer to a client over its limit comes this late: the client sends as fast as it is answered, and each answer costs the others. */
const STEP_MS = 100;
/** With so many of a client's answers waiting, the next one comes a step later. */
const PER_STEP = 4;
/** Clients give up after a while, and come again. */
const MAX_MS = 5000;

/** Answers that come late. However many connections a client has, it gets forty a second: the more of its answers wait, the later the next one comes. */
@Injectable()
export class SlowAnswers {
  private readonly waiting = new Map<string, number>();

  /** @param answer is not called for a client that has gone meanwhile */
  later(client: string, response: ServerResponse, answer: () => void): void {
    const ahead = this.waiting.get(client) ?? 0;
    this.waiting.set(client, ahead + 1);
    const timer = setTimeout(
      () => {
        response.off('close', leave);
        this.leave(client);
        answer();
      },
      Math.min(MAX_MS, STEP_MS * (1 + Math.floor(ahead / PER_STEP))),
    );
    const leave = () => {
      clearTimeout(timer);
      this.leave(client);
    };
    response.once('close', leave);
  }

  private leave(client: string): void {
    const left = (this.waiting.get(client) ?? 1) - 1;
    if (left === 0) this.waiting.delete(client);
    else this.waiting.set(client, left);
  }
}
