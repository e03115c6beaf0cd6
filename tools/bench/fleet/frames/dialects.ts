import { randomUUID } from 'node:crypto';

/** How one speaks to a server until its events come, and how one knows an event. */
export interface Dialect {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent by a client with the connection open. */
  readonly greets: boolean;
  /** @returns what to answer to a frame of the opening; 'ready' when events come from here on, undefined to wait for more */
  opening(text: string, dept: string): { readonly say: string } | 'ready' | undefined;
  isEvent(text: string): boolean;
}

export type DialectName = 'wardline' | 'wardline hello' | 'websocket' | 'socket.io';

const EVENT = /^\{"type":"[a-z.]+","dept":"[^"]+","seq":\d+/;

const wardline: Dialect = {
  path: '/ws',
  headers: { 'Sec-WebSocket-Protocol': 'wardline.v1' },
  greets: true,
  opening: (text, dept) => {
    if (text.startsWith('{"type":"hello"')) return { say: JSON.stringify({ id: randomUUID(), type: 'subscribe', dept }) };
    if (text.startsWith('{"type":"snapshot"')) return 'ready';
    if (text.startsWith('{"type":"error"')) throw new Error(`subscribe was answered with ${text.slice(0, 200)}`);
    return undefined;
  },
  isEvent: (text) => EVENT.test(text),
};

/** As far as the end of the handshake: the session is known, nothing is asked for yet. */
const wardlineHello: Dialect = { ...wardline, opening: (text) => (text.startsWith('{"type":"hello"') ? 'ready' : undefined) };

/** The server sends to whoever is connected. */
const websocket: Dialect = {
  path: '/',
  headers: {},
  greets: false,
  opening: () => 'ready',
  isEvent: (text) => EVENT.test(text),
};

/** Engine.IO 4: open packet, our connect, its answer. */
const socketIo: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  headers: {},
  greets: true,
  opening: (text) => (text.startsWith('0') ? { say: '40' } : text.startsWith('40') ? 'ready' : undefined),
  isEvent: (text) => text.startsWith('42["event",{"type":"call.pending"'),
};

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  wardline,
  'wardline hello': wardlineHello,
  websocket,
  'socket.io': socketIo,
};
