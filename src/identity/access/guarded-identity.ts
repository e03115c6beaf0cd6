import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { uuid } from '../../platform/common/values/ids.js';
import { type ExtensionGuard, extensionUnavailable } from '../../platform/extensions/extension-guard.js';
import { type Identification, IdentityProvider } from './identity-provider.js';

const POINT = 'identity provider';
const DEADLINE_MS = 2000;

const principal = z.object({
  kind: z.literal('staff'),
  id: uuid,
  username: z.string(),
  name: z.string(),
  role: z.string(),
  departments: z.array(z.string()),
  sessionId: uuid,
  expiresAt: z.number(),
  passwordChangeRequired: z.boolean().optional(),
});
const identification = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('identified'), principal, csrfToken: z.string().nullable() }),
  z.object({ kind: z.literal('absent') }),
  z.object({ kind: z.literal('invalid') }),
]);

/**
 * A hospital's own identity provider: where it fails, is late or answers nonsense, the request is refused, and may come again. While it is off,
 * Wardline's own sessions are looked at: somebody must be able to enable it again.
 */
export class GuardedIdentity extends IdentityProvider {
  constructor(
    private readonly own: IdentityProvider,
    private readonly wardlines: IdentityProvider,
    private readonly guard: ExtensionGuard,
  ) {
    super();
  }

  identify(request: IncomingMessage): Promise<Identification> {
    return this.guard.call<Identification>({
      point: POINT,
      deadlineMs: DEADLINE_MS,
      work: () => this.own.identify(request),
      isValid: (answer) => identification.safeParse(answer).success,
      fallback: (failure) => {
        if (failure) throw extensionUnavailable();
        return this.wardlines.identify(request);
      },
    });
  }

  /** Its own key, or that of whatever credential was sent. */
  override credentialOf(request: IncomingMessage): string | undefined {
    if (this.guard.isOff(POINT)) return this.wardlines.credentialOf(request);
    const key: unknown = this.guard.sync(POINT, () => this.own.credentialOf(request));
    return key === undefined || typeof key === 'string' ? key : super.credentialOf(request);
  }
}
