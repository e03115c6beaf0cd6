import { Inject, Injectable } from '@nestjs/common';
import { type ReaderPrincipal, usernameOf } from '../../identity/access/principal.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import type { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { SERVER_ID } from '../../cluster/node/server-id.js';

/** A connection, as administrators see it. */
export interface ConnectionView {
  /** The id that `hello` gave to the client. */
  id: string;
  /** The id of the person, or of the board. */
  user: string;
  username: string;
  role: ReaderPrincipal['role'];
  session: string;
  /** The node that holds it. */
  server: string;
  since: string;
  /** Messages that wait because the client reads slowly, and their bytes. */
  pending: number;
  pending_bytes: number;
  /** Both ways, since the upgrade. */
  bytes: number;
  bytes_in: number;
  bytes_out: number;
  /** Milliseconds of the last round trip; null before the first. */
  rtt: number | null;
  /** The departments that it follows. */
  departments: string[];
}

export interface ConnectionSelection {
  /** The id that the page before ended with. */
  after: string;
  user?: string | undefined;
  server?: string | undefined;
  limit: number;
}

/** The connections of this node, for who administers them; those of all nodes are `ClusterConnections`. */
@Injectable()
export class ConnectionDirectory {
  constructor(
    private readonly connections: Connections,
    @Inject(SERVER_ID) private readonly serverId: string,
  ) {}

  /** By id, which rises with the time of connecting: pages stay as they are while connections come and go. */
  list({ after, user, server, limit }: ConnectionSelection): ConnectionView[] {
    const found: Connection[] = [];
    if (server !== undefined && server !== this.serverId) return [];
    for (const connection of user === undefined ? this.connections.all() : this.connections.ofStaff(user)) {
      if (connection.id <= after) continue;
      found.push(connection);
      if (found.length === limit) break;
    }
    return found.map((connection) => this.view(connection));
  }

  get(id: string): ConnectionView | undefined {
    const connection = this.connections.get(id);
    return connection && this.view(connection);
  }

  /** The client comes back and resumes: who is to stay away has their sessions ended. @returns whether it was still there */
  close(id: string): boolean {
    const connection = this.connections.get(id);
    connection?.close(CLOSE_CODES.TRY_AGAIN_LATER.code, 'closed by an administrator');
    return connection !== undefined;
  }

  private view(connection: Connection): ConnectionView {
    const { id, principal, bytesIn = 0, bytesOut, pulse } = connection;
    return {
      id,
      user: principal.id,
      username: usernameOf(principal),
      role: principal.role,
      session: principal.sessionId,
      server: this.serverId,
      since: new Date(connection.since).toISOString(),
      pending: connection.pendingMessages,
      pending_bytes: connection.pendingBytes,
      bytes: bytesIn + bytesOut,
      bytes_in: bytesIn,
      bytes_out: bytesOut,
      rtt: pulse.rtt === undefined ? null : Math.round(pulse.rtt * 10) / 10,
      departments: [...connection.subscriptions.keys()],
    };
  }
}
