import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { CLOSE_CODES } from './close-codes.js';
import { Connections } from './connections.js';

/** Sockets are closed while they are still open, before anything under them goes. */
@Injectable()
export class SocketDrain implements BeforeApplicationShutdown {
  constructor(private readonly connections: Connections) {}

  async beforeApplicationShutdown(): Promise<void> {
    const closing = [...this.connections.all()].map((connection) => {
      connection.close(CLOSE_CODES.GOING_AWAY.code, 'going away');
      return connection.closed;
    });
    await Promise.all(closing);
  }
}
