import { z } from 'zod';
import { list } from './setting.js';

/** Links for patients and relatives. */
export const guestSettings = z.object({
  GUEST_LINK_SECRETS: list(
    {
      doc: 'Signs the links of guest pages. Comma list; the first signs, all verify. 32 characters or more each. Without one there are no guest pages.',
      defaultNote: 'made at the first start with the embedded database, none otherwise',
      secret: true,
    },
    'new-secret-of-at-least-32-characters,old-secret-of-at-least-32-characters',
    z.string().min(32, 'must be secrets of at least 32 characters each'),
  ),
});
export type GuestSettings = z.infer<typeof guestSettings>;
