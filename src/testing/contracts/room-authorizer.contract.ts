import { equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { ROOM_ACTIONS, type RoomAuthorizer, type RoomRequest } from '../../rooms/room-authorizer.js';
import type { It } from './support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface RoomAuthorizerSubject {
  authorizer: RoomAuthorizer;
  /** A request that is permitted; undefined where nothing is. */
  permitted: RoomRequest | undefined;
}

const MANY = 100;

/** A nurse of whom nobody has heard. */
export function aStranger(more: Partial<StaffPrincipal> = {}): StaffPrincipal {
  return {
    kind: 'staff',
    id: randomUUID(),
    username: 'stranger',
    name: 'Stranger',
    role: 'nurse',
    departments: [],
    sessionId: randomUUID(),
    expiresAt: Date.now() + 60_000,
    ...more,
  };
}

/** The promise of `RoomAuthorizer`; call it inside a `describe`. */
export function roomAuthorizerContract(it: It, subject: () => RoomAuthorizerSubject): void {
  async function permits(request: RoomRequest): Promise<boolean> {
    const answer: unknown = await subject().authorizer.permits(request);
    equal(typeof answer, 'boolean');
    return answer as boolean;
  }

  it('permits the request of the subject, and answers the same each time', async () => {
    const { permitted } = subject();
    if (!permitted) return;
    for (let times = 0; times < 3; times++) equal(await permits(permitted), true);
  });

  it('refuses a stranger in rooms that it does not know, for every action', async () => {
    for (const action of ROOM_ACTIONS) {
      const request = { staff: aStranger(), action, room: `unknown-${randomUUID()}`.slice(0, 64), isMember: false, data: undefined };
      equal(await permits(request), false);
    }
  });

  it('refuses a stranger even with the name of a room that there is', async () => {
    const { permitted } = subject();
    if (permitted) equal(await permits({ ...permitted, staff: aStranger(), isMember: false }), false);
  });

  it('throws for no name and no data that a client can send', async () => {
    for (const room of ['a', '.', '..', '-', ':', '__proto__', 'constructor', 'x'.repeat(64)])
      for (const data of [undefined, {}, { constructor: 1 }, { deep: { deeper: [null] } }])
        await permits({ staff: aStranger(), action: 'push', room, isMember: true, data });
  });

  it('can be asked for many at once', async () => {
    const many = Array.from({ length: MANY }, (_, n) => ROOM_ACTIONS[n % ROOM_ACTIONS.length] ?? 'join');
    const answers = await Promise.all(
      many.map((action) => permits({ staff: aStranger(), action, room: 'r', isMember: false, data: undefined })),
    );
    equal(answers.includes(true), false);
  });
}
