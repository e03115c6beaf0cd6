import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnyFrame } from './client.js';

/** One request as it came. */
export interface Received {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  text: string;
  body: AnyFrame;
}

/** The receiver's answer to the next request: a status, `silence`, or a promise of either. */
export type Behaviour = (request: Received) => number | 'silence' | Promise<number | 'silence'>;

/** A local HTTP server that takes webhooks. */
export class Receiver {
  readonly requests: Received[] = [];
  behaviour: Behaviour = () => 204;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      request.on('end', () => {
        const { method, url: path, headers } = request;
        const received = { method, path, headers, text, body: text === '' ? undefined : JSON.parse(text) };
        receiver.requests.push(received);
        void Promise.resolve(receiver.behaviour(received)).then((answer) => {
          if (answer !== 'silence') response.writeHead(answer, { location: '/elsewhere' }).end();
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/calls`;
  }

  /** Ids of the annunciations that came, repetitions included. */
  get ids(): string[] {
    return this.requests.map(({ body }) => body.id as string);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
