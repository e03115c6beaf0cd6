import { Injectable } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { CLOSE_CODES } from '../connection/close-codes.js';
import type { Connection } from '../connection/connection.js';
import { SocketObservers } from '../connection/socket-observers.js';
import { ClientRate } from '../frames/client-rate.js';
import { FrameReader, type FrameReaderParts } from '../frames/frame-reader.js';
import { FrameRouter } from '../frames/frame-router.js';
import { RoundTrips } from '../heartbeat/round-trips.js';
import { ClientFaults } from './client-faults.js';
import { SocketCounts } from './socket-counts.js';

/** The code with which `ws` closes after malformed data: it distinguishes the close from 1006. Undefined for a failure of the network. */
function codeOfFailure(error: string | undefined): number | undefined {
  if (error?.startsWith('WS_ERR_') !== true) return undefined;
  if (error === 'WS_ERR_INVALID_UTF8') return CLOSE_CODES.INVALID_PAYLOAD.code;
  if (error === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return CLOSE_CODES.POLICY_VIOLATION.code;
  return error.startsWith('WS_ERR_UNSUPPORTED_') ? CLOSE_CODES.MESSAGE_TOO_BIG.code : CLOSE_CODES.PROTOCOL_ERROR.code;
}

/** The input of an authenticated socket: its frames, its pongs, its failure. */
@Injectable()
export class SocketInput {
  private readonly readerParts: FrameReaderParts;

  constructor(
    router: FrameRouter,
    rate: ClientRate,
    observers: SocketObservers,
    private readonly roundTrips: RoundTrips,
    private readonly counts: SocketCounts,
    private readonly faults: ClientFaults,
  ) {
    this.readerParts = {
      router,
      rate,
      maxProtocolErrors: faults.maxProtocolErrors,
      onAck: ({ principal }, dept, seq) => {
        observers.acknowledged(principal, dept, seq);
      },
      onPong: (connection, t) => {
        roundTrips.pong(connection, t);
      },
      onDenial: (connection, error, type) => {
        faults.denied(connection, error, type);
      },
      onProtocolError: () => {
        faults.protocolError();
      },
    };
  }

  /** @returns a function that gives the close code of the socket's failure, undefined while it has none */
  listen(connection: Connection, socket: WebSocket): () => number | undefined {
    const reader = new FrameReader(connection, this.readerParts);
    socket.on('message', (data, isBinary) => {
      this.counts.received(connection, (data as Buffer).length);
      reader.receive(data, isBinary);
    });
    socket.on('pong', (payload) => {
      this.roundTrips.controlPong(connection, payload);
    });
    let failedWith: number | undefined;
    // `ws` closes the socket itself after an error of the protocol or the network.
    socket.on('error', (error: Error & { code?: string }) => {
      failedWith ??= codeOfFailure(error.code);
      this.faults.socketFailed(connection, error.code);
    });
    return () => failedWith;
  }
}
