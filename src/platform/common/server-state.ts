import { Injectable } from '@nestjs/common';
import { DomainError } from './errors.js';

export const SERVER_STATES = ['starting', 'running', 'draining', 'stopped', 'error'] as const;
/** The state of a node. */
export type ServerStateName = (typeof SERVER_STATES)[number];

/** `starting → running → draining → stopped`, and `error`, from which a node can only leave. */
const NEXT: Readonly<Record<ServerStateName, readonly ServerStateName[]>> = {
  starting: ['running', 'draining', 'error'],
  running: ['draining', 'error'],
  draining: ['stopped', 'error'],
  error: ['draining', 'stopped'],
  stopped: [],
};

/** By then a load balancer has noticed, or another process has the port. */
const RETRY_AFTER_SEC = 2;

type Listener = (state: ServerStateName) => void;

/** This node's phase: starting, ready, draining or stopped. */
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

  /** @throws DomainError UNAVAILABLE when the node takes nobody new */
  requireStaying(): void {
    if (this.isLeaving)
      throw new DomainError('UNAVAILABLE', 'the node is leaving, try again', {
        retryAfter: RETRY_AFTER_SEC,
        details: { reason: 'draining' },
      });
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
