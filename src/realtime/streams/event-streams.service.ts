import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Response } from 'express';
import { logIdOf, type ReaderPrincipal } from '../../identity/access/principal.js';
import { newId } from '../../platform/common/values/ids.js';
import { Logger } from '../../platform/logging/logger.js';
import type { ResumePoint } from '../../events/delivery/resume.service.js';
import type { ConnectionSlot } from '../capacity/connection-slots.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { Greeting } from '../connection/greeting.js';
import type { HelloFrame } from '../connection/hello-frame.js';
import type { OutboxParts } from '../outbox/outbox.js';
import { OUTBOX_PARTS } from '../outbox/outbox-parts.js';
import { SocketObservers } from '../connection/socket-observers.js';
import { type Subscription, Subscriptions } from '../subscriptions/subscriptions.service.js';
import { DepartmentsTransport } from './departments-transport.js';
import { DomainError, notFound, toErrorBody } from '../../platform/common/errors.js';
import { SseTransport } from '../connection/transport.js';

/** How often a silent stream says something, for the proxies on its way. */
const COMMENT_SEC = 15;
const COMMENT = Buffer.from(': still here\n\n');

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // nginx and others hold an answer back without this header.
  'X-Accel-Buffering': 'no',
};

/** Departments as server-sent events: the same connections as sockets are, that only listen. */
@Injectable()
export class EventStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly open = new Set<Response>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connections: Connections,
    private readonly subscriptions: Subscriptions,
    private readonly observers: SocketObservers,
    private readonly logger: Logger,
    private readonly greeting: Greeting,
    @Inject(OUTBOX_PARTS) private readonly outboxParts: OutboxParts,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      for (const response of this.open) if (!response.writableNeedDrain) response.write(COMMENT);
    }, COMMENT_SEC * 1000);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Answers with the department's events from `point` on, until one of both sides ends it.
   * @param slot the place that the stream has taken, when it has
   * @throws DomainError NOT_FOUND, before anything is written
   */
  async follow(principal: ReaderPrincipal, dept: string, point: ResumePoint, response: Response, slot?: ConnectionSlot): Promise<void> {
    const connection = new Connection(slot?.id ?? newId(), principal, new SseTransport(response), this.outboxParts);
    const { resumption, start } = await this.subscriptions.subscribe(connection, dept, point);
    const { recovered, from, head } = resumption;
    this.begin(connection, response, slot, { dept, recovered, from, head }, [start]);
  }

  /**
   * Answers with the events of several departments. One that the reader may not read is named by an `error` frame, and the others go on.
   * @throws DomainError NOT_FOUND where they may read none, before anything is written
   */
  async followAll(
    principal: ReaderPrincipal,
    points: ReadonlyMap<string, ResumePoint>,
    response: Response,
    slot?: ConnectionSlot,
  ): Promise<void> {
    const known = new Map([...points].flatMap(([dept, { after }]) => (after === undefined ? [] : [[dept, after] as const])));
    const connection = new Connection(slot?.id ?? newId(), principal, new DepartmentsTransport(response, known), this.outboxParts);
    const begun: Subscription[] = [];
    const refused: string[] = [];
    for (const [dept, point] of points) {
      try {
        begun.push(await this.subscriptions.subscribe(connection, dept, point));
      } catch (error) {
        const isOver = !(error instanceof DomainError) || error.code !== 'NOT_FOUND';
        if (isOver || points.size === refused.length + 1) {
          connection.endSubscriptions();
          throw error;
        }
        refused.push(dept);
      }
    }
    const departments = begun.map(({ resumption: { dept, recovered, from, head } }) => ({ dept, recovered, from, head }));
    const starts = begun.map(({ start }) => start);
    this.begin(connection, response, slot, { departments }, starts);
    for (const dept of refused) connection.send({ type: 'error', re: null, ...toErrorBody(notFound('department')), details: { dept } });
  }

  private begin(
    connection: Connection,
    response: Response,
    slot: ConnectionSlot | undefined,
    places: Partial<HelloFrame>,
    starts: readonly (() => void)[],
  ): void {
    if (response.destroyed) {
      connection.endSubscriptions();
      return;
    }
    response.writeHead(200, HEADERS);
    this.register(connection, response);
    slot?.onGiveWay(() => {
      connection.close(CLOSE_CODES.SUPERSEDED.code, 'superseded');
    });
    connection.send({ ...this.greeting.hello(connection, COMMENT_SEC), ...places });
    for (const start of starts) start();
  }

  private register(connection: Connection, response: Response): void {
    const { id, principal } = connection;
    response.on('error', (error: Error & { code?: string }) => {
      this.logger.debug('event_stream.error', { connection_id: id, code: error.code });
    });
    response.once('close', () => {
      const code = connection.closeCode ?? CLOSE_CODES.NORMAL.code;
      connection.endSubscriptions();
      this.open.delete(response);
      this.connections.remove(connection, code);
      this.observers.closed(connection);
      this.logger.info('event_stream.closed', { connection_id: id, ...logIdOf(principal), code });
    });
    this.open.add(response);
    this.connections.add(connection);
    this.observers.opened(connection);
    this.logger.info('event_stream.opened', { connection_id: id, ...logIdOf(principal) });
  }
}
