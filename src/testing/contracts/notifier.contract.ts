import { equal, match, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { NOTIFICATION_TYPES, type Notification, type Notifier, NOTIFIER_NAME } from '../../ward/notifications/notifier.js';
import type { It } from './support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface NotifierSubject {
  notifier: Notifier;
  /** The accepted messages that have reached the receiver, oldest first, as far as it keeps them; `id` at least. */
  received: () => Partial<Notification>[];
  /** The receiver's behaviour from now on. `hang`: takes the connection and never answers. */
  receiver: (behaviour: 'accept' | 'refuse' | 'hang') => void;
}

/** Within this the promise must be settled, whatever the receiver does. */
const SETTLE_WITHIN_MS = 20_000;
const MANY = 16;

let sequence = 0;

/** A message, with a call and a person of its own. */
export function aNotification(more: Partial<Notification> = {}): Notification {
  return {
    id: randomUUID(),
    sequence: ++sequence,
    type: 'told',
    call_id: randomUUID(),
    dept: 'icu',
    room_id: 'icu-101',
    call_type: 'patient_normal',
    priority: 11,
    level: 1,
    staff_id: randomUUID(),
    queued_at: '2026-11-22T03:00:00.000Z',
    ...more,
  };
}

const calm = () => new AbortController().signal;

/** The promise of `Notifier`; call it inside a `describe`. One check takes up to 20 s. */
export function notifierContract(it: It, subject: () => NotifierSubject): void {
  const hasArrived = ({ id }: Notification): void => {
    equal(subject().received().at(-1)?.id, id);
  };

  it('has a name that stays', async () => {
    const { notifier } = subject();
    match(notifier.name, NOTIFIER_NAME);
    await Promise.resolve();
    equal(notifier.name, subject().notifier.name);
  });

  it('resolves when the receiver has taken it, and hands on what it was given and nothing else', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    const notification = aNotification();
    await notifier.notify(notification, calm());
    hasArrived(notification);
    const sent: Record<string, unknown> = { ...notification };
    for (const [name, value] of Object.entries(received().at(-1) ?? {})) equal(value, sent[name], name);
  });

  it('rejects when the receiver has not taken it, and succeeds when it is told again', async () => {
    const { notifier, receiver } = subject();
    const notification = aNotification();
    receiver('refuse');
    await rejects(async () => notifier.notify(notification, calm()));
    receiver('accept');
    await notifier.notify(notification, calm());
    hasArrived(notification);
  });

  it('rejects in time when the receiver never answers', async () => {
    const { notifier, receiver } = subject();
    receiver('hang');
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, SETTLE_WITHIN_MS);
    await rejects(async () => notifier.notify(aNotification(), calm()));
    clearTimeout(timer);
    ok(!late.signal.aborted, 'it took longer than 20 s');
    receiver('accept');
  });

  it('rejects when it is aborted', async () => {
    const { notifier, receiver } = subject();
    receiver('hang');
    const abort = new AbortController();
    const settled = notifier.notify(aNotification(), abort.signal);
    abort.abort();
    await rejects(async () => settled);
    receiver('accept');
  });

  it('takes each of the four types', async () => {
    const { notifier, receiver } = subject();
    receiver('accept');
    for (const type of NOTIFICATION_TYPES) {
      const message = aNotification({ type, ...(type === 'reminded' && { repeat: 1 }), ...(type === 'withdrawn' && { reason: 'closed' }) });
      await notifier.notify(message, calm());
      hasArrived(message);
    }
  });

  it('hands on the same id each time that it is told of the same message', async () => {
    const { notifier, receiver } = subject();
    receiver('accept');
    const notification = aNotification();
    await notifier.notify(notification, calm());
    await notifier.notify({ ...notification, priority: 13, level: 2 }, calm());
    hasArrived(notification);
  });

  it('can be asked for many at once', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    const many = Array.from({ length: MANY }, () => aNotification());
    await Promise.all(many.map((one) => notifier.notify(one, calm())));
    const ids = received().map(({ id }) => id);
    for (const { id } of many) ok(ids.includes(id), 'one is missing');
  });
}
