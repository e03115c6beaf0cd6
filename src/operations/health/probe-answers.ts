import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/common/values/ids.js';
import { ServerState } from '../../platform/common/server-state.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { LocalSlidingWindows } from '../../platform/limits/local-sliding-windows.js';
import { TrustedProxies } from '../../identity/origin/trusted-proxies.js';
import { SlowAnswers } from '../../platform/http/server/slow-answers.js';
import { headerFault } from '../../platform/http/server/request-headers.js';
import { SharedLook } from './shared-look.js';

/** An answer of a probe. */
export interface ProbeAnswer {
  readonly status: number;
  readonly body: object;
}

/** More than all balancers and monitors of a node ask for. */
const UNHURRIED = { count: 50, seconds: 1 };

type Text = { readonly status: number; readonly text: string };

/**
 * The answers of probes, before anything else is done for a request: one look at a time, and its answer serves everybody for a second. They say nothing of
 * who asks. A flood of them is slowed down: each is still answered, so a balancer behind the same address is, too.
 */
@Injectable()
export class ProbeAnswers {
  private readonly looks = new Map<string, SharedLook<Text>>();

  constructor(
    state: ServerState,
    private readonly windows: LocalSlidingWindows,
    private readonly proxies: TrustedProxies,
    private readonly slow: SlowAnswers,
  ) {
    state.onChange(() => {
      for (const look of this.looks.values()) look.forget();
    });
  }

  /** @param look must not reject */
  answer(path: string, look: () => Promise<ProbeAnswer> | ProbeAnswer): void {
    const text = async () => {
      const { status, body } = await look();
      return { status, text: JSON.stringify(body) };
    };
    this.looks.set(path, new SharedLook(text));
  }

  /** For the requests that are not plain. */
  async send(path: string, response: ServerResponse): Promise<void> {
    const look = this.looks.get(path);
    if (!look) throw new Error(`no probe at ${path}`);
    send(response, await look.get());
  }

  /** Answers a plain probe. An unusual request goes the way of all requests. @returns whether it is answered */
  readonly tryAnswer = (request: IncomingMessage, response: ServerResponse): boolean => {
    const look = this.looks.get(request.url ?? '');
    if (!look || request.method !== 'GET' || request.headers.origin !== undefined || headerFault(request)) return false;
    const window = `probes:${clientNetwork(this.proxies.clientAddress(request))}`;
    if (this.windows.hit(window, UNHURRIED).allowed) this.give(look, response);
    else
      this.slow.later(window, response, () => {
        this.give(look, response);
      });
    return true;
  };

  private give(look: SharedLook<Text>, response: ServerResponse): void {
    const { kept } = look;
    if (kept) send(response, kept);
    else
      look.get().then(
        (answer) => {
          send(response, answer);
        },
        () => {
          response.destroy();
        },
      );
  }
}

function send(response: ServerResponse, { status, text }: Text): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // An id that the request has been given already stays.
    'X-Request-Id': response.getHeader('X-Request-Id') ?? newId(),
  });
  response.end(text);
}
