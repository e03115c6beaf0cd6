import { FakeSocket } from './fake-socket.js';

/** An event stream as a response, and the socket that feeds it. */
export function fakeStream(signal: AbortSignal | null | undefined): { response: Response; socket: FakeSocket } {
  const encoder = new TextEncoder();
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  const socket = new FakeSocket((text) => {
    const { type } = JSON.parse(text) as { type: string };
    sink?.enqueue(encoder.encode(`event: ${type}\ndata: ${text}\n\n`));
  });
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      sink = controller;
    },
    cancel: () => {
      socket.drop(1000);
    },
  });
  signal?.addEventListener('abort', () => {
    socket.drop(1000);
  });
  socket.addEventListener('close', () => {
    if (signal?.aborted !== true) sink?.close();
    sink = undefined;
  });
  return { response: new Response(body, { status: 200, headers: { 'Content-Type': 'text/event-stream' } }), socket };
}
