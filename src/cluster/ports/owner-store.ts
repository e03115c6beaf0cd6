/** A user's connection. The nonce is new each time it is owned. */
export interface Owner {
  userId: string;
  connectionId: string;
  nonce: string;
}

/**
 * The users with connections, and their nodes. A user has any number of connections, on any nodes. Every method rejects with
 * BackplaneAway when the store cannot be reached.
 */
export abstract class OwnerStore {
  /**
   * Writes down that the connection is this node's. Atomic: of any number of users who come at once no more than `capacity` are let in; one who has
   * a connection already always is.
   * @param capacity users of the cluster; `null` for no limit
   * @throws CapacityError; then nothing was changed
   */
  abstract own(owner: Owner, capacity: number | null): Promise<void>;

  /** Forgets the connection, if it is still owned under that nonce: an old release never removes a newer owner. */
  abstract release(owner: Owner): Promise<boolean>;

  /** All connections of a user, on all nodes. */
  abstract connectionsOf(userId: string): Promise<{ serverId: string; connectionId: string }[]>;

  /** Users with a connection anywhere. The cost does not grow with them. */
  abstract count(): Promise<number>;
}
