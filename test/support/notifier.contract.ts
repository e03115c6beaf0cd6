import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Annunciation, type Notifier, NOTIFIER_NAME } from '../../src/ward/notifications/notifier.js';

/** What an implementer brings for the contract to be checked. */
export interface NotifierSubject {
  notifier: Notifier;
  /** What has reached the receiver of what it accepted, oldest first, as far as it is kept there; `id` at least. */
  received: () => Partial<Annunciation>[];
  /** What the receiver does from now on. `hang`: takes the connection and never answers. */
  receiver: (behaviour: 'accept' | 'refuse' | 'hang') => void;
}

/** Within this the promise must be settled, whatever the receiver does. */
const SETTLE_WITHIN_MS = 20_000;

export function anAnnunciation(more: Partial<Annunciation> = {}): Annunciation {
  const [call_id, staff_id] = [randomUUID(), randomUUID()];
  return {
    id: `${call_id}:${staff_id}`,
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
    const annunciation = anAnnunciation();
    await notifier.notify(annunciation);
    const handed = received().at(-1);
    expect(handed).toMatchObject({ id: annunciation.id });
    expect(annunciation).toMatchObject(handed ?? {});
  });

  it('rejects when the receiver has not taken it, and succeeds when it is told again', async () => {
    const { notifier, received, receiver } = subject();
    const annunciation = anAnnunciation();
    receiver('refuse');
    await expect(notifier.notify(annunciation)).rejects.toThrow();
    receiver('accept');
    await notifier.notify(annunciation);
    expect(received().at(-1)).toMatchObject({ id: annunciation.id });
  });

  it('rejects in time when the receiver never answers', { timeout: SETTLE_WITHIN_MS + 5000 }, async () => {
    const { notifier, receiver } = subject();
    receiver('hang');
    const started = performance.now();
    await expect(notifier.notify(anAnnunciation())).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(SETTLE_WITHIN_MS);
    receiver('accept');
  });

  it('hands on the same id each time that it is told of the same annunciation', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    const annunciation = anAnnunciation();
    await notifier.notify(annunciation);
    await notifier.notify({ ...annunciation, priority: 13, level: 2 });
    expect(received().filter(({ id }) => id === annunciation.id).length).toBeGreaterThanOrEqual(1);
    expect(received().at(-1)).toMatchObject({ id: annunciation.id });
  });

  it('can be asked for many at once, some of which fail', async () => {
    const { notifier, received, receiver } = subject();
    receiver('accept');
    const many = Array.from({ length: 16 }, () => anAnnunciation());
    await Promise.all(many.map((one) => notifier.notify(one)));
    const ids = received().map(({ id }) => id);
    for (const { id } of many) expect(ids).toContain(id);
  });
}
