import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asStation, Session, signIn, Socket } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { soon } from '../../support/eventually.js';

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

let collector: Server;
let wardline: TestWardline;
let anna: Session;
const spans: Span[] = [];
let sent = '';

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      sent += text;
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      for (const resource of resourceSpans) for (const scope of resource.scopeSpans) spans.push(...scope.spans);
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  wardline = await startTestWardline({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}` } });
  anna = await signIn(wardline, 'icu-nurse-1');
});
afterAll(async () => {
  await wardline.stop();
  collector.close();
});

function traceparent(): { header: string; id: string } {
  const id = randomBytes(16).toString('hex');
  return { header: `00-${id}-${randomBytes(8).toString('hex')}-01`, id };
}

/** The spans of a trace, when all that are named have come. */
function trace(id: string, ...names: string[]): Promise<Map<string, Span>> {
  return soon(() => {
    const found = new Map(spans.filter((span) => span.traceId === id).map((span) => [span.name, span]));
    for (const name of names) if (!found.has(name)) throw new Error(`no span ${name} among ${[...found.keys()].join()}`);
    return found;
  });
}

it('follows a press from the request through transaction and event to its delivery', async () => {
  const socket = await Socket.open(wardline, anna.cookie);
  await socket.ask({ type: 'subscribe', dept: 'icu' });
  const { header, id } = traceparent();
  const press = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' }, { traceparent: header });
  expect(press.status).toBe(201);
  const event = await socket.until((frame) => frame.type === 'call.pending' && frame.data.call_id === press.body.id);
  expect(event.trace).toContain(id);
  const found = await trace(id, 'HTTP POST', 'transaction', 'event.deliver');
  expect(found.get('transaction')?.parentSpanId).toBe(found.get('HTTP POST')?.spanId);
  expect(found.get('event.deliver')?.parentSpanId).toBe((event.trace as string).split('-')[2]);
  const page = await anna.get(`/departments/icu/events?after=${String(event.seq - 1)}&limit=1`);
  expect(page.body.items[0].seq).toBe(event.seq);

  const command = traceparent();
  const answer = await socket.ask({ type: 'call.accept', data: { call_id: press.body.id }, trace: command.header });
  expect(answer.type).toBe('ok');
  const accepted = await socket.until((frame) => frame.type === 'call.accepted');
  expect(accepted.trace).toContain(command.id);
  await trace(command.id, 'command call.accept', 'transaction', 'event.deliver');
  socket.close();
});

it("continues the upgrade's trace where a frame names none", async () => {
  const { header, id } = traceparent();
  const socket = await Socket.open(wardline, anna.cookie, { traceparent: header });
  await socket.ask({ type: 'shift.start', data: { dept: 'icu' } });
  await trace(id, 'command shift.start', 'transaction');
  socket.close();
});

it('tells the collector no name, no cookie, no key', () => {
  expect(spans.length).toBeGreaterThan(5);
  for (const secret of [anna.cookie.split('=')[1] ?? '', anna.user.name, anna.csrf, wardline.firstRun.stations[0]?.key ?? '']) {
    expect(sent).not.toContain(secret);
  }
});
