import { nodeTransport, type NodeOptions } from '@wardline/client/node';
import { requireAnswer, requireFrame } from './published.js';

/** `nodeTransport` for tests: every frame, message and answer that the client receives must be as its schema says. */
export function checkedTransport(options: NodeOptions): ReturnType<typeof nodeTransport> {
  const { fetch, WebSocket, close } = nodeTransport(options);
  class CheckedSocket extends (WebSocket as new (...args: unknown[]) => globalThis.WebSocket) {
    private readonly sent = new Map<string, string>();

    constructor(...args: unknown[]) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(String(data));
        requireFrame(frame, this.sent.get(frame.re as string));
        this.sent.delete(frame.re as string);
      });
    }

    override send(text: string): void {
      const { id, type } = JSON.parse(text) as { id?: string; type: string };
      if (id !== undefined) this.sent.set(id, type);
      super.send(text);
    }
  }
  return {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const type = response.headers.get('Content-Type') ?? '';
      if (type.includes('event-stream') && response.body)
        return new Response(response.body.pipeThrough(checkedMessages()), { status: response.status, headers: response.headers });
      if (type.includes('json')) requireAnswer(init?.method ?? 'GET', pathname, response.status, await response.clone().json());
      return response;
    },
    WebSocket: CheckedSocket,
    close,
  };
}

/** Passes an event stream on, and reads its messages on the way. */
function checkedMessages(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  let rest = '';
  return new TransformStream({
    transform: (chunk, controller) => {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) requireFrame(JSON.parse(data));
      }
      controller.enqueue(chunk);
    },
  });
}
