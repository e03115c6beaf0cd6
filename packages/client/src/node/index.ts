import { request as httpRequest, Agent as HttpAgent } from 'node:http';
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import type { ClientOptions } from '../index.js';

export interface NodeOptions {
  /** A certificate to trust beside the system's, in PEM: that of a self-signed server. */
  ca?: string | Buffer;
}

/** `fetch` and `WebSocket` for programs that trust a certificate of their own: `createClient({ url, ...nodeTransport({ ca }) })`. */
export function nodeTransport({ ca }: NodeOptions = {}): Required<Pick<ClientOptions, 'fetch' | 'WebSocket'>> & { close(): void } {
  const tls = ca === undefined ? {} : { ca };
  const agents = { 'https:': new HttpsAgent({ keepAlive: true, ...tls }), 'http:': new HttpAgent({ keepAlive: true }) };
  class Socket extends WebSocket {
    constructor(url: string, protocols: string[], options: object = {}) {
      super(url, protocols, { ...options, ...tls, perMessageDeflate: false, handshakeTimeout: 10_000 });
    }
  }
  return {
    fetch: (input, init) => fetchOverNode(new URL(input instanceof Request ? input.url : input), init ?? {}, agents),
    WebSocket: Socket,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function fetchOverNode(url: URL, init: RequestInit, agents: { 'https:': HttpsAgent; 'http:': HttpAgent }): Promise<Response> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const send = secure ? httpsRequest : httpRequest;
    const request = send(
      url,
      {
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        agent: secure ? agents['https:'] : agents['http:'],
        ...(init.signal && { signal: init.signal }),
      },
      (answer) => {
        const headers = new Headers();
        for (let at = 0; at < answer.rawHeaders.length; at += 2)
          headers.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '');
        const status = answer.statusCode ?? 0;
        const isEmpty = status === 204 || status === 205 || status === 304;
        if (isEmpty) answer.resume();
        resolve(new Response(isEmpty ? null : (Readable.toWeb(answer) as unknown as BodyInit), { status, headers }));
      },
    );
    request.on('error', reject);
    request.end(typeof init.body === 'string' ? init.body : undefined);
  });
}
