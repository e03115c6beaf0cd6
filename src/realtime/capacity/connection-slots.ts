import { Injectable } from '@nestjs/common';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { newId } from '../../platform/common/values/ids.js';
import { SetIndex } from '../../platform/common/collections/set-index.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';

type Holder = Pick<ReaderPrincipal, 'id' | 'sessionId'>;
type Listener = (sessionId: string) => void;
type FreedListener = (slot: ConnectionSlot) => void;

/** One connection's place on this node, from its guard on until the connection is gone. */
export class ConnectionSlot {
  /** The id of the future connection. */
  readonly id = newId();
  private leaving = false;
  private given = false;
  private giveUp: (() => void) | undefined;

  constructor(
    readonly holder: Pick<ReaderPrincipal, 'id' | 'sessionId'>,
    private readonly free: (slot: ConnectionSlot) => void,
  ) {}

  /** A newer connection has taken this one's turn: it counts for the node until it is gone, and for its person no longer. */
  get isGivingWay(): boolean {
    return this.leaving;
  }

  /** Says how the connection ends when a newer one of its session takes its turn (4009); at once when that has happened already. */
  onGiveWay(end: () => void): void {
    this.giveUp = end;
    if (this.leaving) end();
  }

  giveWay(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.giveUp?.();
  }

  /** The place has been given back. */
  get isFree(): boolean {
    return this.given;
  }

  /** Gives the place back. As often as one likes. */
  release(): void {
    this.given = true;
    this.free(this);
  }
}

/** The places of this node: sockets and event streams alike, at most MAX_CONNECTIONS together. */
@Injectable()
export class ConnectionSlots {
  /** In the order in which they were taken. */
  private readonly slots = new Set<ConnectionSlot>();
  private readonly bySession = new SetIndex<string, ConnectionSlot>();
  private readonly byStaff = new SetIndex<string, ConnectionSlot>();
  private readonly listeners: Listener[] = [];
  private readonly freedListeners: FreedListener[] = [];

  constructor(private readonly limits: LiveLimits) {}

  /** Taken, those in the middle of their handshake included. */
  get size(): number {
    return this.slots.size;
  }

  get isFull(): boolean {
    return this.size >= this.limits.current.MAX_CONNECTIONS;
  }

  /** From here on a connection must be entitled to one of the rest. */
  get isReserved(): boolean {
    return this.size >= this.limits.current.WARN_THRESHOLD;
  }

  sessionIds(): string[] {
    return [...this.bySession.keys()];
  }

  /** The session's connections, oldest first, without those that give way; only those older than `than`, when it is given. */
  ofSession(sessionId: string, than?: ConnectionSlot): ConnectionSlot[] {
    return staying(this.bySession.of(sessionId), than);
  }

  /** The same of a person. */
  ofStaff(staffId: string, than?: ConnectionSlot): ConnectionSlot[] {
    return staying(this.byStaff.of(staffId), than);
  }

  /**
   * A place at once, or undefined when there is none. The caller sees to it that it is released.
   * @param claim `entitled` may take one of the rest, too
   */
  take({ id, sessionId }: Holder, claim: 'anybody' | 'entitled' = 'anybody'): ConnectionSlot | undefined {
    if (this.isFull || (this.isReserved && claim === 'anybody')) return undefined;
    const slot = new ConnectionSlot({ id, sessionId }, (gone) => {
      this.free(gone);
    });
    this.slots.add(slot);
    this.bySession.add(sessionId, slot);
    this.byStaff.add(id, slot);
    this.seen(sessionId);
    return slot;
  }

  /** Called synchronously when a session takes or gives back a place; must not throw. */
  onSeen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Called synchronously when a place was given back; must not throw. */
  onFreed(listener: FreedListener): void {
    this.freedListeners.push(listener);
  }

  private free(slot: ConnectionSlot): void {
    if (!this.slots.delete(slot)) return;
    this.bySession.delete(slot.holder.sessionId, slot);
    this.byStaff.delete(slot.holder.id, slot);
    this.seen(slot.holder.sessionId);
    for (const listener of this.freedListeners) listener(slot);
  }

  private seen(sessionId: string): void {
    for (const listener of this.listeners) listener(sessionId);
  }
}

function staying(slots: Iterable<ConnectionSlot>, than: ConnectionSlot | undefined): ConnectionSlot[] {
  const all = [...slots];
  const older = than === undefined ? all : all.slice(0, all.indexOf(than));
  return older.filter((slot) => !slot.isGivingWay);
}
