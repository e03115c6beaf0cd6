import { type ExtensionGuard, extensionUnavailable } from '../platform/extensions/extension-guard.js';
import { RoomAuthorizer, type RoomRequest } from './room-authorizer.js';

const DEADLINE_MS = 2000;

/** A hospital's own authoriser: where it fails, is late or answers neither yes nor no, the client is refused, and may ask again. */
export class GuardedRooms extends RoomAuthorizer {
  constructor(
    private readonly own: RoomAuthorizer,
    private readonly guard: ExtensionGuard,
  ) {
    super();
  }

  permits(request: RoomRequest): Promise<boolean> {
    return this.guard.call<boolean>({
      point: 'room authorizer',
      deadlineMs: DEADLINE_MS,
      work: () => this.own.permits(request),
      isValid: (answer) => typeof answer === 'boolean',
      fallback: () => {
        throw extensionUnavailable();
      },
    });
  }
}
