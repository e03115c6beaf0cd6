import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { Logger } from '../../platform/logging/logger.js';
import { Bus } from './bus.service.js';
import { Cluster } from '../node/cluster.js';

/**
 * Questions between nodes: subject → question and answer, both JSON. A feature adds its own by declaration merging, and
 * answers with `answerWith` on every node.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by those who ask
export interface RpcSubjects {}

type Subject = keyof RpcSubjects;
type Question<S extends Subject> = RpcSubjects[S] extends { question: infer Q } ? Q : never;
type Answer<S extends Subject> = RpcSubjects[S] extends { answer: infer A } ? A : never;

declare module './bus-messages.js' {
  interface BusMessages {
    'inquiry.asked': { inquiry: string; subject: string; question: unknown };
    'inquiry.answered': { inquiry: string; answer: unknown };
  }
}

export interface Answers<A> {
  /** By node; this one is not among them. */
  answers: Map<string, A>;
  /** Nodes that are listed and said nothing in time. */
  silent: string[];
}

/** A node that lives answers within milliseconds. */
const ANSWER_MS = 1000;
/** Inquiries that wait at once; each holds at most one answer a node. */
const MAX_WAITING = 32;

interface Waiting {
  missing: Set<string>;
  answers: Map<string, unknown>;
  done: () => void;
}

/** Asks the other nodes a question, and waits at most a second for the answers. Nodes that do not answer are named in the result. */
@Injectable()
export class ClusterRpc implements OnApplicationShutdown {
  private readonly waiting = new Map<string, Waiting>();
  private readonly answerers = new Map<string, (question: never) => unknown>();

  constructor(
    private readonly bus: Bus,
    private readonly cluster: Cluster,
    private readonly logger: Logger,
  ) {
    bus.on('inquiry.asked', ({ inquiry, subject, question }, from) => {
      const answerer = this.answerers.get(subject);
      // A newer node may ask what this one does not know: its silence says so.
      if (answerer) this.tell(from, inquiry, answerer(question as never));
    });
    bus.on('inquiry.answered', ({ inquiry, answer }, from) => {
      const waiting = this.waiting.get(inquiry);
      if (!waiting?.missing.delete(from)) return;
      waiting.answers.set(from, answer);
      if (waiting.missing.size === 0) waiting.done();
    });
  }

  /** One answerer a subject, called synchronously on the bus: keep it short, and its answer bounded. */
  answerWith<S extends Subject>(subject: S, answerer: (question: Question<S>) => Answer<S>): void {
    if (this.answerers.has(subject)) throw new Error(`two answerers for ${subject}`);
    this.answerers.set(subject, answerer);
  }

  /**
   * @param server that node alone; every other one that is listed, unless given
   * @throws DomainError UNAVAILABLE while too many wait
   */
  async ask<S extends Subject>(subject: S, question: Question<S>, server?: string): Promise<Answers<Answer<S>>> {
    const asked = await this.others(server);
    if (asked.length === 0) return { answers: new Map(), silent: [] };
    if (this.waiting.size >= MAX_WAITING) throw new DomainError('UNAVAILABLE', 'too many questions to other nodes wait', { retryAfter: 1 });
    const inquiry = newId();
    let done: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (done = resolve));
    const waiting: Waiting = { missing: new Set(asked), answers: new Map(), done };
    this.waiting.set(inquiry, waiting);
    const timer = setTimeout(done, ANSWER_MS);
    try {
      const handed = await Promise.all(
        asked.map((one) => this.bus.publish({ server: one }, 'inquiry.asked', { inquiry, subject, question })),
      );
      // These nodes no longer listen: no answer will come from them.
      const deaf = asked.filter((one, index) => handed[index] === 0 && waiting.missing.has(one));
      if (waiting.missing.size > deaf.length) await all;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(inquiry);
    }
    return { answers: waiting.answers as Map<string, Answer<S>>, silent: [...waiting.missing].sort() };
  }

  onApplicationShutdown(): void {
    for (const { done } of this.waiting.values()) done();
  }

  private async others(server: string | undefined): Promise<string[]> {
    const { serverId, shared } = this.cluster;
    if (!shared) return [];
    const listed = await this.cluster.ask(({ servers }) => servers.list());
    return listed.map((entry) => entry.serverId).filter((one) => one !== serverId && (server === undefined || one === server));
  }

  private tell(server: string, inquiry: string, answer: unknown): void {
    this.bus.publish({ server }, 'inquiry.answered', { inquiry, answer }).catch((error: unknown) => {
      this.logger.error('inquiry.answer_failed', { error });
    });
  }
}
