import { randomUUID } from 'node:crypto';
import { subscribedSchema } from './frames.js';
import { StreamCheck } from '../stream-check.js';

/** One department, asked for again on each connection from the place where the last one ended. */
export class Subscription {
  readonly stream = new StreamCheck();
  private id = '';
  private acknowledged = 0;

  constructor(private readonly dept: string) {}

  /** The frame that subscribes, or subscribes again with `after` and `epoch`. */
  request(): string {
    this.id = randomUUID();
    const { last, epoch } = this.stream;
    const resume = last === undefined ? {} : { after: last, epoch };
    return JSON.stringify({ id: this.id, type: 'subscribe', dept: this.dept, ...resume });
  }

  isAnsweredBy(re: string | undefined): boolean {
    return re !== undefined && re === this.id;
  }

  /** Takes the answer: the missed events follow it, or a snapshot does. */
  answer(data: unknown): 'recovered' | 'snapshot follows' | 'malformed' {
    const answer = subscribedSchema.safeParse(data);
    if (!answer.success) return 'malformed';
    if (!answer.data.recovered) return 'snapshot follows';
    this.stream.resumed(answer.data.from ?? (this.stream.last ?? 0) + 1);
    return 'recovered';
  }

  /** The frame that acknowledges all events so far; none when nothing is new. */
  acknowledgement(): string | undefined {
    const { last } = this.stream;
    if (last === undefined || last === this.acknowledged) return undefined;
    this.acknowledged = last;
    return JSON.stringify({ type: 'ack', dept: this.dept, seq: last });
  }
}
