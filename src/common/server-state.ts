import { Injectable } from '@nestjs/common';

export type ServerStateName = 'starting' | 'running' | 'draining' | 'stopped' | 'error';

/** `starting → running → draining → stopped`, and `error`, from which a node can only leave. */
const NEXT: Readonly<Record<ServerStateName, readonly ServerStateName[]>> = {
  starting: ['running', 'draining', 'error'],
  running: ['draining', 'error'],
  draining: ['stopped', 'error'],
  error: ['draining', 'stopped'],
  stopped: [],
};

type Listener = (state: ServerStateName) => void;

/** Where this node is in its life. */
@Injectable()
export class ServerState {
  private state: ServerStateName = 'starting';
  private readonly listeners: Listener[] = [];

  get current(): ServerStateName {
    return this.state;
  }

  /** The node takes nobody new: it is on its way out. */
  get isLeaving(): boolean {
    return this.state === 'draining' || this.state === 'stopped';
  }

  /** @throws Error for a transition that is not in the table: a bug */
  to(next: ServerStateName): void {
    if (!NEXT[this.state].includes(next)) throw new Error(`a server that is ${this.state} cannot become ${next}`);
    this.state = next;
    for (const listener of this.listeners) listener(next);
  }

  /** Called synchronously after each transition; must not throw. */
  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }
}
