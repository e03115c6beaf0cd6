import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DomainError } from '../../platform/common/errors.js';
import type { DepartmentAccess } from '../../identity/access/department-access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import type { EventSink } from '../../events/delivery/log-subscriber.js';
import type { LogSubscriberFactory } from '../../events/delivery/log-subscriber-factory.js';
import type { ResumeDecision, ResumeService } from '../../events/delivery/resume.service.js';
import type { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { Connection, PlainFrame, Reading } from '../connection/connection.js';
import { Command } from '../frames/command.js';
import { FrameRouter } from '../frames/frame-router.js';
import { SubscriptionsGateway } from './subscriptions.gateway.js';
import { Subscriptions } from './subscriptions.service.js';

const UUID = '0190f0a0-0000-7000-8000-000000000001';

let sent: PlainFrame[];
let readers: { started: boolean; closed: boolean }[];
/** Lets the oldest look into the log come back. */
let looks: (() => void)[];
let departments: string[];
let connection: Connection;
let router: FrameRouter;
beforeEach(() => {
  vi.useFakeTimers();
  [sent, readers, looks, departments] = [[], [], [], ['icu']];
  const subscriptions = new Map<string, Reading>();
  connection = {
    id: UUID,
    isOpen: true,
    get principal() {
      return { departments: [...departments] } as unknown as ReaderPrincipal;
    },
    subscriptions,
    send: (frame: PlainFrame) => sent.push(frame),
    endSubscription: (dept: string) => {
      subscriptions.get(dept)?.close();
      subscriptions.delete(dept);
    },
  } as unknown as Connection;
  const access = {
    require: (principal: ReaderPrincipal, dept: string) => {
      if (!principal.departments.includes(dept)) throw new DomainError('NOT_FOUND', 'no such department');
    },
  } as unknown as DepartmentAccess;
  const resume = {
    begin: (dept: string) =>
      new Promise<ResumeDecision>((resolve) => {
        looks.push(() => {
          resolve({ dept, epoch: 'e', recovered: true, from: 8, head: 7 });
        });
      }),
  } as unknown as ResumeService;
  const factory = {
    follow: (_dept: string, _cursor: number, _head: number, _sink: EventSink) => {
      const reader = { started: false, closed: false, isLive: true };
      readers.push(reader);
      return { isLive: true, start: () => (reader.started = true), close: () => (reader.closed = true) };
    },
  } as unknown as LogSubscriberFactory;
  const nothing = { join: () => undefined, increment: () => undefined, handed: () => undefined } as never;
  const gateway = new SubscriptionsGateway(new Subscriptions(access, resume, factory, nothing, nothing, nothing));
  router = new FrameRouter({ error: () => undefined } as unknown as Logger, undefined as unknown as ExtensionGuard);
  router.bind('subscribe', (command) => gateway.subscribe({ id: UUID, type: 'subscribe', dept: 'icu' }, command));
});
afterEach(() => {
  vi.useRealTimers();
});

const subscribe = () => router.dispatch(new Command(connection, 'subscribe', UUID, {}));

it('a subscribe that comes back after its answer was given up leaves the live one as it is', async () => {
  const first = subscribe();
  looks.shift()?.();
  await first;
  const second = subscribe();
  await vi.advanceTimersByTimeAsync(10_001);
  expect((await second)?.code).toBe('UNAVAILABLE');
  looks.shift()?.();
  await vi.advanceTimersByTimeAsync(1);
  expect(readers).toMatchObject([{ started: true, closed: false }]);
  expect(connection.subscriptions.get('icu')).toBeDefined();
  expect(sent.map(({ type }) => type)).toEqual(['ok', 'error']);
});

it('a membership that ends while a subscribe is under way is refused', async () => {
  const answer = subscribe();
  departments.pop();
  looks.shift()?.();
  await vi.advanceTimersByTimeAsync(1);
  expect((await answer)?.code).toBe('NOT_FOUND');
  expect(readers).toEqual([]);
});
