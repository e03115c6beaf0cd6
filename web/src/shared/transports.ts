import { eventStream, longPoll, type Transport, webSocket } from '@wardline/client';

const MAKERS = { socket: webSocket, stream: eventStream, poll: longPoll };

/**
 * The ways to the server, the first choice first. A region turns one off by `<meta name="wardline-transports" content="stream poll">`;
 * a list without any that is known leaves all of them: a screen without a way would be dark.
 */
export function pageTransports(): readonly Transport[] {
  const named = document.querySelector<HTMLMetaElement>('meta[name="wardline-transports"]')?.content.split(/[\s,]+/) ?? [];
  const chosen = Object.entries(MAKERS).filter(([name]) => named.includes(name));
  return (chosen.length > 0 ? chosen : Object.entries(MAKERS)).map(([, make]) => make());
}
