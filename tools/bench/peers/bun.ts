import { type KeyPair, servePeer } from './peer.js';

const TOPIC = 'ward-07';
/** Seconds; the most that Bun takes. The counting readers do not answer pings. */
const IDLE_TIMEOUT = 960;

interface BunSocket {
  subscribe(topic: string): void;
}

/** The parts of Bun that are used here. */
interface BunServer {
  readonly port: number;
  publish(topic: string, text: string): number;
  upgrade(request: unknown): boolean;
}
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    tls?: KeyPair;
    fetch(request: unknown, server: BunServer): Response | undefined;
    websocket: { open(socket: BunSocket): void; message(): void; idleTimeout: number; sendPings: boolean; perMessageDeflate: boolean };
  }): BunServer;
};

let server: BunServer | undefined;

servePeer({
  listen: (tls) => {
    server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      ...(tls && { tls }),
      fetch: (request, self) => (self.upgrade(request) ? undefined : new Response('no', { status: 400 })),
      websocket: {
        open: (socket) => {
          socket.subscribe(TOPIC);
        },
        message: () => undefined,
        idleTimeout: IDLE_TIMEOUT,
        sendPings: false,
        perMessageDeflate: false,
      },
    });
    return Promise.resolve(server.port);
  },
  publish: (events) => {
    for (const event of events) server?.publish(TOPIC, JSON.stringify(event));
  },
});
