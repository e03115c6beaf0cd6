import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const MAX_IN_FLIGHT = 4;

/** Node's parser of a connection, as far as it is used here. */
type ParsedSocket = Socket & { parser?: { pause(): void; resume(): void } | null; _paused?: boolean };
type ParserError = Error & { code?: string; rawPacket?: Buffer; bytesParsed?: number };
type Exchange = [IncomingMessage, ServerResponse];

interface Gate {
  /** Whose answers are not over, the oldest first. */
  readonly inFlight: Set<ServerResponse>;
  /** Read, and not handed on yet: one, and another one only where Node itself has gone on reading. */
  readonly held: Exchange[];
  /** The parser was asked to stop within the packet that it is reading. */
  isStopping: boolean;
}

/**
 * Hands on at most four requests of a connection at a time. The parser stops behind the headers of the fifth; the rest of what has come stays in the
 * socket, and what has not come stays with the client.
 */
export class PipelineGate {
  private readonly gates = new WeakMap<Socket, Gate>();

  constructor(private readonly handle: RequestListener) {}

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const gate = this.gates.get(socket) ?? this.open(socket);
    if (gate.inFlight.size < MAX_IN_FLIGHT && gate.held.length === 0) {
      this.admit(gate, request, response);
      return;
    }
    gate.held.push([request, response]);
    gate.isStopping = true;
    (socket as ParsedSocket).parser?.pause();
    socket.pause();
  };

  /**
   * To be asked about each error of the parser: one that was paused, by us or by Node, says so, and what it did not read is put back.
   * @returns whether it was that
   */
  putBack({ code, rawPacket, bytesParsed = 0 }: ParserError, socket: ParsedSocket): boolean {
    if (code !== 'HPE_PAUSED') return false;
    const gate = this.gates.get(socket);
    // A parser that was paused before it got the packet has read nothing of it.
    const rest = gate?.isStopping === true ? rawPacket?.subarray(bytesParsed) : rawPacket;
    if (gate) gate.isStopping = false;
    // From here on Node reads through the socket, into which data can be put back.
    socket.on('data', ignore);
    socket.off('data', ignore);
    socket.pause();
    if (rest && rest.length > 0) socket.unshift(Buffer.from(rest));
    if (!gate || gate.held.length === 0) this.readOn(socket);
    return true;
  }

  private open(socket: Socket): Gate {
    const gate: Gate = { inFlight: new Set(), held: [], isStopping: false };
    this.gates.set(socket, gate);
    // Of answers that wait behind others Node does not say that their connection is gone.
    socket.once('close', () => {
      const waiting = [...gate.inFlight, ...gate.held.splice(0).map(([, response]) => response)];
      for (const response of waiting) response.emit('close');
    });
    return gate;
  }

  private admit(gate: Gate, request: IncomingMessage, response: ServerResponse): void {
    gate.inFlight.add(response);
    response.once('close', () => {
      gate.inFlight.delete(response);
      this.next(gate, request.socket);
    });
    this.handle(request, response);
  }

  private next(gate: Gate, socket: ParsedSocket): void {
    if (socket.destroyed) return;
    const held = gate.held.shift();
    if (!held) return;
    this.admit(gate, ...held);
    if (gate.held.length === 0) this.readOn(socket);
  }

  /** In a turn of its own: the parser may be in the middle of a packet. Where Node waits for the client to read, Node goes on by itself. */
  private readOn(socket: ParsedSocket): void {
    setImmediate(() => {
      if (socket.destroyed || socket._paused === true || (this.gates.get(socket)?.held.length ?? 0) > 0) return;
      socket.parser?.resume();
      socket.resume();
    });
  }
}

function ignore(): void {
  // see above
}
