import { error } from './commands.js';
import type { FakeSocket } from './fake/fake-socket.js';
import type { MemoryState } from './memory-state.js';
import type { MemoryWard } from './memory-ward.js';

/** Readers of a server in memory: sockets, and event streams, which send nothing. */
export class MemorySockets {
  /** Each with the departments that it follows. */
  private readonly readers = new Map<FakeSocket, Set<string>>();
  /** The status that upgrades are refused with. */
  refusedWith: number | undefined;
  /** Errors of the next subscribes. */
  refusals: { code: string; message: string; retryable: boolean }[] = [];
  /** Answers to commands wait so long. */
  answerMs = 0;
  /** So many answers to commands are lost. */
  lostAnswers = 0;

  constructor(
    private readonly state: MemoryState,
    private readonly ward: MemoryWard,
  ) {}

  get size(): number {
    return this.readers.size;
  }

  cut(code: number): void {
    for (const socket of [...this.readers.keys()]) socket.drop(code);
  }

  /** From now on it gets the events of these departments, until it closes. */
  add(socket: FakeSocket, depts: readonly string[]): void {
    this.readers.set(socket, new Set(depts));
    socket.addEventListener('close', () => {
      this.readers.delete(socket);
    });
  }

  ping(): void {
    for (const socket of this.readers.keys()) this.deliver(socket, { type: 'ping', t: this.state.now() });
  }

  toReaders(dept: string, frame: object): void {
    for (const [socket, followed] of this.readers) if (followed.has(dept)) this.deliver(socket, frame);
  }

  /** Nobody follows the department any more. */
  unfollow(dept: string): void {
    for (const followed of this.readers.values()) followed.delete(dept);
  }

  deliver(socket: FakeSocket, frame: object): void {
    if (!this.state.stalled) socket.deliver(JSON.stringify(frame));
  }

  opened(socket: FakeSocket): void {
    queueMicrotask(() => {
      if (this.state.gone || this.refusedWith !== undefined) {
        socket.drop(1006);
        return;
      }
      this.add(socket, []);
      socket.accept((text) => {
        if (!this.state.stalled) this.read(socket, JSON.parse(text) as Record<string, unknown>);
      });
      this.deliver(socket, this.state.hello(this.ward, this.state.options.heartbeatSec));
    });
  }

  private read(socket: FakeSocket, frame: Record<string, unknown>): void {
    const { id, type, dept } = frame as { id: string; type: string; dept: string };
    switch (type) {
      case 'subscribe': {
        const refused = this.state.ended.has(dept) ? error('NOT_FOUND') : this.refusals.shift();
        if (refused) {
          this.deliver(socket, { type: 'error', re: id, ...refused });
          return;
        }
        const { after, epoch } = frame as { after?: number; epoch?: string };
        const head = this.ward.log(dept).length;
        const recovered = after !== undefined && epoch === this.ward.epoch && after <= head;
        const from = recovered ? after + 1 : head + 1;
        this.deliver(socket, { type: 'ok', re: id, data: { dept, epoch: this.ward.epoch, recovered, from, head } });
        this.readers.get(socket)?.add(dept);
        this.begin(socket, dept, recovered ? after : undefined, id);
        return;
      }
      case 'unsubscribe':
        this.readers.get(socket)?.delete(dept);
        this.deliver(socket, { type: 'ok', re: id, data: {} });
        return;
      case 'ack':
        this.state.acks.push({ dept, seq: frame['seq'] as number });
        return;
      case 'ping':
        this.deliver(socket, { type: 'pong', t: frame['t'] });
        return;
      default:
        if (type !== 'pong') this.command(socket, id, type, frame);
    }
  }

  private command(socket: FakeSocket, id: string, type: string, frame: Record<string, unknown>): void {
    const answer = this.ward.execute(id, type, (frame['data'] ?? {}) as Record<string, unknown>);
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1;
      return;
    }
    const send = () => {
      this.deliver(socket, 'data' in answer ? { type: 'ok', re: id, data: answer.data } : { type: 'error', re: id, ...answer.error });
    };
    if (this.answerMs > 0) setTimeout(send, this.answerMs);
    else send();
  }

  /** The picture, or the events after a place. */
  begin(socket: FakeSocket, dept: string, after: number | undefined, re: string | null): void {
    const log = this.ward.log(dept);
    if (after === undefined) this.deliver(socket, { type: 'snapshot', re, dept, ...this.ward.picture(dept) });
    else for (const event of log.slice(after)) this.deliver(socket, event);
  }
}
