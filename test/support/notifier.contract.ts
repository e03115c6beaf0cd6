import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { NOTIFICATION_TYPES, type Notification, type Notifier, NOTIFIER_NAME } from '../../src/ward/notifications/notifier.js';

/** What an implementer brings for the contract to be checked. */
export interface NotifierSubject {
  notifier: Notifier;
  /** What has reached the receiver of what it accepted, oldest first, as far as it is kept there; `id` at least. */
  received: () => Partial<Notification>[];
  /** What the receiver does from now on. `hang`: takes the connection and never answers. */
  receiver: (behaviour: 'accept' | 'refuse' | 'hang') => void;
}

/** Within this the promise must be settled, whatever the receiver does. */
const SETTLE_WITHIN_MS = 20_000;

let sequence = 0;

export function aNotification(more: Partial<Notification> = {}): Notification {
  const [call_id, staff_id] = [randomUUID(), randomUUID()];
  return {
    id: randomUUID(),
    sequence: ++sequence,
    type: 'told',
    call_id,
    dept: 'icu',
    room_id: 'icu-101',
    call_type: 'patient_normal',
    priority: 11,
    level: 1,
    staff_id,
    queued_at: '2026-11-22T03:00:00.000Z',
    ...more,
  };
}

const calm = () => new AbortController().signal;

/** The promise of `Notifier`; call it inside a `describe`. */
export function notifierContract(subject: () => NotifierSubject): void {
  it('has a name that stays', () => {
    const { notifier } = subject();
    expect(notifier.name).toMatch(NOTIFIER_NAME);
    expect(notifier.name).toBe(notifier.name);
  });

  it('resolves when the receiver has taken it, and hands on what it was given and nothing else', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    const notification = aNotification();
    await notifier.notify(notification, calm());
    const handed = received().at(-1);
    expect(handed).toMatchObject({ id: notification.id });
    expect(notification).toMatchObject(handed ?? {});
  });

  it('rejects when the receiver has not taken it, and succeeds when it is told again', async () => {
    const { notifier, received, receiver } = subject();
    const notification = aNotification();
    receiver('refuse');
    await expect(notifier.notify(notification, calm())).rejects.toThrow();
    receiver('accept');
    await notifier.notify(notification, calm());
    expect(received().at(-1)).toMatchObject({ id: notification.id });
  });

  it('rejects in time when the receiver never answers', { timeout: SETTLE_WITHIN_MS + 5000 }, async () => {
    const { notifier, receiver } = subject();
    receiver('hang');
    const started = performance.now();
    await expect(notifier.notify(aNotification(), calm())).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(SETTLE_WITHIN_MS);
    receiver('accept');
  });

  it('rejects when it is aborted', async () => {
    const { notifier, receiver } = subject();
    receiver('hang');
    const abort = new AbortController();
    const settled = notifier.notify(aNotification(), abort.signal);
    abort.abort();
    await expect(settled).rejects.toThrow();
    receiver('accept');
  });

  it('takes each of the four types', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    for (const type of NOTIFICATION_TYPES) {
      const message = aNotification({ type, ...(type === 'reminded' && { repeat: 1 }), ...(type === 'withdrawn' && { reason: 'closed' }) });
      await notifier.notify(message, calm());
      expect(received().at(-1)).toMatchObject({ id: message.id });
    }
  });

  it('hands on the same id each time that it is told of the same message', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    const notification = aNotification();
    await notifier.notify(notification, calm());
    await notifier.notify({ ...notification, priority: 13, level: 2 }, calm());
    expect(received().filter(({ id }) => id === notification.id).length).toBeGreaterThanOrEqual(1);
    expect(received().at(-1)).toMatchObject({ id: notification.id });
  });

  it('can be asked for many at once, some of which fail', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    const many = Array.from({ length: 16 }, () => aNotification());
    await Promise.all(many.map((one) => notifier.notify(one, calm())));
    const ids = received().map(({ id }) => id);
    for (const { id } of many) expect(ids).toContain(id);
  });
}
