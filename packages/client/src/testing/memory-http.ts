import { admission, commandOf, error, json } from './commands.js';
import type { FakePolls } from './fake/fake-poll.js';
import { fakeStream } from './fake/fake-stream.js';
import type { MemorySockets } from './memory-sockets.js';
import type { MemoryState } from './memory-state.js';
import type { MemoryWard } from './memory-ward.js';

/** The HTTP calls of a server in memory. */
export class MemoryHttp {
  refusesStreams = false;

  constructor(
    private readonly state: MemoryState,
    private readonly ward: MemoryWard,
    private readonly sockets: MemorySockets,
    private readonly polls: FakePolls,
  ) {}

  answer(method: string, path: string, query: URLSearchParams, init: RequestInit): Response | Promise<Response> {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {};
    const session = { user: this.state.user, csrf_token: 'token', expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    if (path === '/auth/login' || path === '/auth/session') return json(200, session);
    if (path === '/auth/logout') return new Response(null, { status: 204 });
    if (path === '/ws/admission') return admission(this.state.options.pollIntervalMs, this.state.now());
    const [, dept = '', rest] = /^\/departments\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (rest === 'events') return json(200, this.ward.page(dept, query));
    const asked = [dept, ...(query.get('dept') ?? '').split(',')];
    if (asked.some((one) => this.state.ended.has(one))) return json(404, { error: error('NOT_FOUND') });
    if (rest === 'snapshot') return json(200, { dept, ...this.ward.picture(dept) });
    if (rest === 'acks') {
      this.state.acks.push({ dept, seq: body['seq'] as number });
      return new Response(null, { status: 204 });
    }
    if (path === '/events') return this.polls.answer(this.ward, query, init.signal);
    if (path === '/events/stream') return this.refusesStreams ? json(502, {}) : this.stream(query, init.signal);
    const command = commandOf(method, path, body);
    if (!command) return json(404, { error: error('NOT_FOUND') });
    const key = new Headers(init.headers).get('Idempotency-Key') ?? crypto.randomUUID();
    const answer = this.ward.execute(key, command.type, command.data);
    return 'data' in answer ? json(200, answer.data) : json(409, { error: answer.error });
  }

  private stream(query: URLSearchParams, signal: AbortSignal | null | undefined): Response {
    const depts = (query.get('dept') ?? '').split(',');
    const after = new Map((query.get('after') ?? '').split(',').map((part) => part.split(':') as [string, string]));
    const { response, socket } = fakeStream(signal);
    this.sockets.add(socket, depts);
    const isSame = query.get('epoch') === this.ward.epoch;
    const departments = depts.map((dept) => ({
      dept,
      recovered: isSame && after.has(dept),
      from: Number(after.get(dept) ?? 0) + 1,
      head: this.ward.log(dept).length,
    }));
    this.sockets.deliver(socket, { ...this.state.hello(this.ward, 15), departments });
    for (const { dept, recovered, from } of departments) this.sockets.begin(socket, dept, recovered ? from - 1 : undefined, null);
    return response;
  }
}
