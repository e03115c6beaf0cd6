import { z } from 'zod';
import { choice, list, optionalText } from './setting.js';

export const SCREEN_COLOURS = ['iec-60601-1-8', 'din-vde-0834', 'htm-08-03'] as const;

/** The look of the screens, and their ways to the server. */
export const screenSettings = z.object({
  SCREEN_COLOURS: choice(SCREEN_COLOURS, 'iec-60601-1-8', {
    doc: 'The convention for the colours of calls. A device may choose another one for itself.',
  }),
  SCREEN_STYLE_FILE: optionalText(
    { doc: "A CSS file with a hospital's own design tokens, loaded after Wardline's; read at the start, 64 KB at most." },
    '/etc/wardline/tokens.css',
  ),
  SCREEN_TRANSPORTS: list(
    { doc: 'Ways from the screens to the server, of socket, stream and poll.', defaultNote: 'all three' },
    'stream,poll',
    z.enum(['socket', 'stream', 'poll'], 'must be of socket, stream, poll'),
  ),
});
export type ScreenSettings = z.infer<typeof screenSettings>;
