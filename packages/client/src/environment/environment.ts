import type { WebSocketConstructor } from './web-socket.js';
import type { WebSocketLike } from './web-socket.js';

const isBrowser = typeof document !== 'undefined';

/** The session's cookies where no browser keeps them. Bundles for browsers take `environment.browser.ts` instead. */
export class Cookies {
  readonly #values = new Map<string, string>();

  /** The header `Cookie`, or undefined where there is nothing to send. */
  get header(): string | undefined {
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join('; ') || undefined;
  }

  keep(response: Response): void {
    if (isBrowser) return;
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      const value = pair.slice(at + 1);
      if (value === '' || /;\s*max-age=0/i.test(line)) this.#values.delete(name);
      else this.#values.set(name, value);
    }
  }

  clear(): void {
    this.#values.clear();
  }
}

/** Opens a socket with the session's cookie. Node's own takes headers in place of the protocols; where there is none, `ws` does it. */
export async function openBuiltIn(url: string, protocol: string, cookie: string | undefined): Promise<WebSocketLike> {
  const built = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (!built) {
    const { WebSocket } = (await import('ws')) as unknown as { WebSocket: WebSocketConstructor };
    return new WebSocket(url, [protocol], { headers: { cookie } }) as WebSocketLike;
  }
  const options = isBrowser ? [protocol] : ({ protocols: [protocol], headers: { cookie } } as unknown as string[]);
  return new built(url, options) as WebSocketLike;
}
