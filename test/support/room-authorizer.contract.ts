import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { StaffPrincipal } from '../../src/identity/access/principal.js';
import { ROOM_ACTIONS, type RoomAuthorizer, type RoomRequest } from '../../src/rooms/room-authorizer.js';

/** What an implementer brings for the contract to be checked. */
export interface RoomAuthorizerSubject {
  authorizer: RoomAuthorizer;
  /** Something that is permitted; undefined where nothing is. */
  permitted: RoomRequest | undefined;
}

/** Within this an answer must come, whatever is asked. */
const ANSWER_WITHIN_MS = 1000;

/** A nurse of whom nobody has heard. */
export function aStranger(more: Partial<StaffPrincipal> = {}): StaffPrincipal {
  const [id, sessionId] = [randomUUID(), randomUUID()];
  return {
    kind: 'staff',
    id,
    username: 'stranger',
    name: 'Stranger',
    role: 'nurse',
    departments: [],
    sessionId,
    expiresAt: Date.now() + 60_000,
    ...more,
  };
}

/** The promise of `RoomAuthorizer`; call it inside a `describe`. */
export function roomAuthorizerContract(subject: () => RoomAuthorizerSubject): void {
  async function permits(request: RoomRequest): Promise<boolean> {
    const started = performance.now();
    const answer: unknown = await subject().authorizer.permits(request);
    expect(typeof answer).toBe('boolean');
    expect(performance.now() - started).toBeLessThan(ANSWER_WITHIN_MS);
    return answer as boolean;
  }

  it('permits what it should, and answers the same each time that it is asked the same', async () => {
    const { permitted } = subject();
    if (!permitted) return;
    for (let times = 0; times < 3; times++) expect(await permits(permitted)).toBe(true);
  });

  it('says no to whom it does not know in rooms that it does not know, for every action', async () => {
    for (const action of ROOM_ACTIONS) {
      const request = { staff: aStranger(), action, room: `unknown-${randomUUID()}`.slice(0, 64), isMember: false, data: undefined };
      expect(await permits(request)).toBe(false);
    }
  });

  it('says no to a stranger even with a valid room’s name', async () => {
    const { permitted } = subject();
    if (permitted) expect(await permits({ ...permitted, staff: aStranger(), isMember: false })).toBe(false);
  });

  it('throws for no name and no data that a client can send', async () => {
    for (const room of ['a', '.', '..', '-', ':', '__proto__', 'constructor', 'x'.repeat(64)]) {
      for (const data of [undefined, {}, { constructor: 1 }, { deep: { deeper: [null] } }]) {
        await permits({ staff: aStranger(), action: 'push', room, isMember: true, data });
      }
    }
  });

  it('can be asked for many at once', async () => {
    const many = Array.from({ length: 100 }, (_, n) => ROOM_ACTIONS[n % ROOM_ACTIONS.length]!);
    const answers = await Promise.all(
      many.map((action) => permits({ staff: aStranger(), action, room: 'r', isMember: false, data: undefined })),
    );
    expect(answers.every((answer) => !answer)).toBe(true);
  });
}
