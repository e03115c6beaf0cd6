/**
 * The receivers of a message: every node, one node, the nodes where a user is connected, the nodes with a connection in a
 * room, the nodes with a reader of a department.
 */
export type Target = 'all' | { server: string } | { user: string } | { room: string } | { dept: string };

/** A message that was received. A department's wake-up names the department; any other message comes as it is. */
export interface Heard {
  dept: string | null;
  text: string;
}

/** Carries texts between nodes, at most once: nobody who is away gets them later. */
export abstract class BusTransport {
  /**
   * @returns how many nodes were handed it. A `user` or `room` leaves this node out, which knows its own; `all` and `dept` come back to it.
   * @throws BackplaneAway
   */
  abstract publish(target: Target, text: string): Promise<number>;

  /** There is one listener. It must not throw. */
  abstract listen(listener: (heard: Heard) => void): void;

  /** From when it resolves on, wake-ups of the department are heard. Kept through any loss of the connection. @throws BackplaneAway */
  abstract follow(dept: string): Promise<void>;

  abstract unfollow(dept: string): Promise<void>;
}
