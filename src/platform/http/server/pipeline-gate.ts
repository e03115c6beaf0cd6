import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const MAX_IN_FLIGHT = 4;
/** Requests of all connections that are read and not begun. One read of 64 KiB can hold a thousand, of which each takes far more memory than it has bytes. */
const MAX_HELD = 5000;
/** A connection that holds so few is not cut, whatever the others do. */
const MAX_HELD_OF_QUIET = 8;

/** Node's parser of a connection, as far as it is used here. */
type ParsedSocket = Socket & { parser?: { pause(): void; resume(): void } | null; _paused?: boolean };
type ParserError = Error & { code?: string; rawPacket?: Buffer; bytesParsed?: number };
type Exchange = [IncomingMessage, ServerResponse];

interface Gate {
  /** Requests whose answers are not over, the oldest first. */
  readonly inFlight: Set<ServerResponse>;
  /** Read, and not handed on yet: Node parses what it has read to the end, whatever its parser is told meanwhile. */
  readonly held: Exchange[];
  /** The parser was asked to stop within the packet that it is reading. */
  isStopping: boolean;
}

/**
 * Hands on at most four requests of a connection at a time. No more is read until they are over: what one read has brought waits here, the rest of what has
 * come stays in the socket, and what has not come stays with the client.
 */
export class PipelineGate {
  private readonly gates = new WeakMap<Socket, Gate>();
  private heldInAll = 0;

  constructor(private readonly handle: RequestListener) {}

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const gate = this.gates.get(socket) ?? this.open(socket);
    if (gate.inFlight.size < MAX_IN_FLIGHT && gate.held.length === 0) {
      this.admit(gate, request, response);
      return;
    }
    if (this.heldInAll >= MAX_HELD && gate.held.length >= MAX_HELD_OF_QUIET) {
      socket.destroy();
      return;
    }
    gate.held.push([request, response]);
    this.heldInAll++;
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
    // Node does not report a lost connection to answers that wait behind others.
    socket.once('close', () => {
      this.heldInAll -= gate.held.length;
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
    this.heldInAll--;
    this.admit(gate, ...held);
    if (gate.held.length === 0) this.readOn(socket);
  }

  /** In a later turn: the parser may be in the middle of a packet. When Node waits for the client to read, Node goes on by itself. */
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
