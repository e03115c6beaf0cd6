import { z } from 'zod';
import { choice, integer, list, rate } from './setting.js';

/** Sign-in and how long it lasts. */
export const sessionSettings = z.object({
  SESSION_SECRETS: list(
    {
      doc: 'Comma list; the first signs, all verify. 32 characters or more each.',
      defaultNote: 'made at the first start with the embedded database, required otherwise',
      secret: true,
    },
    'new-secret-of-at-least-32-characters,old-secret-of-at-least-32-characters',
    z.string().min(32, 'must be secrets of at least 32 characters each'),
  ),
  SESSION_IDLE_SEC: integer(28_800, { doc: 'A session unused for this long ends.' }, { min: 1 }),
  SESSION_ABSOLUTE_SEC: integer(57_600, { doc: 'A session ends after this long in any case; longer than a 12-hour shift.' }, { min: 1 }),
  SESSION_CHECK_INTERVAL_SEC: integer(30, { doc: "How often the sessions of a node's connections are checked." }, { min: 1, max: 3600 }),
  SESSION_REVOKE_CLOSE_CODE: integer(4401, { doc: 'Close code of a socket whose session was revoked.' }, { min: 4000, max: 4999 }),
  SESSION_RECONNECT_BUFFER_SEC: integer(
    180,
    { doc: 'How long a lost manager still counts as reachable, and a session as resuming.' },
    { max: 86_400 },
  ),
  SIGN_IN_RATE_LIMIT: rate(
    { count: 30, seconds: 60 },
    { doc: 'Failed sign-ins of an address network / seconds, apart from the slow budget of each account; 0 turns it off.' },
  ),
  MAX_SESSIONS_PER_USER: integer(10, { doc: 'A further sign-in ends the oldest session.' }, { min: 1, max: 1000 }),
  LOCAL_SIGN_IN: choice(['on', 'admins', 'off'], 'on', {
    doc: 'People who may sign in with a password: everybody, administrators, nobody.',
  }),
});
export type SessionSettings = z.infer<typeof sessionSettings>;
