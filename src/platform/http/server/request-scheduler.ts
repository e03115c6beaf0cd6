import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Requests that begin in one turn of the event loop. Between two turns the answers of the database come in, and presses go on. */
const PER_TURN = 4;
/** While a press is under way, one of the others begins in so long: the press waits for what each of them computes. */
const OTHERS_GAP_MS = 10;

const STATION_CALLS = '/api/v1/stations/self/calls';
const CALLS = '/api/v1/calls';

type Exchange = readonly [IncomingMessage, ServerResponse];

/**
 * Lets few requests begin in one turn of the event loop: presses and the commands of calls first, then the others, each network of clients in its turn.
 * While a press or a command is under way, at most one of the others begins every ten milliseconds. A client that sends without end so waits for its
 * own requests, and others wait for a few of them. A connection brings one waiting request at a time (`PipelineGate`), so a network's connections take
 * turns too, and the queues are bounded by the number of connections.
 */
export class RequestScheduler {
  private readonly urgent = new Map<string, Exchange[]>();
  private readonly others = new Map<string, Exchange[]>();
  /** Requests that have begun in this turn. */
  private begun = 0;
  private othersBegun = 0;
  /** Before it none of the others begins beside a press, as `performance.now()` counts. */
  private othersAt = 0;
  private gapTimer: NodeJS.Timeout | undefined;
  /** Presses and commands that have begun and are not answered. */
  private urgentUnderWay = 0;
  private isTurnWatched = false;

  /** @param networkOf the network that a request counts for */
  constructor(
    private readonly begin: RequestListener,
    private readonly networkOf: (request: IncomingMessage) => string,
  ) {}

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const lanes = isUrgent(request) ? this.urgent : this.others;
    const isFree = this.others.size === 0 && this.urgent.size === 0 && this.hasRoomIn(lanes);
    if (isFree) this.start([request, response], lanes);
    else this.enqueue(lanes, [request, response]);
    this.watch();
  };

  private hasRoomIn(lanes: Map<string, Exchange[]>): boolean {
    if (this.begun >= PER_TURN) return false;
    return lanes === this.urgent || this.urgentUnderWay === 0 || performance.now() >= this.othersAt;
  }

  private enqueue(lanes: Map<string, Exchange[]>, exchange: Exchange): void {
    const network = this.networkOf(exchange[0]);
    const lane = lanes.get(network);
    if (lane) lane.push(exchange);
    else lanes.set(network, [exchange]);
  }

  /** Looks again in the next turn; where only others wait beside a press, when the next of them may begin. */
  private watch(): void {
    const gap = this.othersAt - performance.now();
    if (this.begun > 0 || this.urgent.size > 0 || this.urgentUnderWay === 0 || gap <= 0) this.watchTurn();
    else
      this.gapTimer ??= setTimeout(() => {
        this.gapTimer = undefined;
        this.work();
      }, gap);
  }

  private watchTurn(): void {
    if (this.isTurnWatched) return;
    this.isTurnWatched = true;
    setImmediate(() => {
      this.isTurnWatched = false;
      this.begun = 0;
      this.othersBegun = 0;
      this.work();
    });
  }

  private work(): void {
    while (this.begun < PER_TURN) {
      // The last place of a turn is the others': no flood of presses keeps them out.
      const isTheirs = this.begun === PER_TURN - 1 && this.othersBegun === 0;
      const started = isTheirs
        ? this.startFirst(this.others) || this.startFirst(this.urgent)
        : this.startFirst(this.urgent) || this.startFirst(this.others);
      if (!started) break;
    }
    // A request without a place in this turn has one later.
    if (this.urgent.size > 0 || this.others.size > 0) this.watch();
  }

  /** @returns whether a request was taken out of the lanes */
  private startFirst(lanes: Map<string, Exchange[]>): boolean {
    const exchange = this.hasRoomIn(lanes) ? takeTurn(lanes) : undefined;
    if (!exchange) return false;
    this.start(exchange, lanes);
    return true;
  }

  private start(exchange: Exchange, lanes: Map<string, Exchange[]>): void {
    const [request, response] = exchange;
    if (response.destroyed || request.socket.destroyed) return;
    this.begun++;
    if (lanes === this.others) {
      this.othersBegun++;
      this.othersAt = performance.now() + OTHERS_GAP_MS;
    } else this.follow(response);
    this.begin(request, response);
  }

  private follow(response: ServerResponse): void {
    this.urgentUnderWay++;
    response.once('close', () => {
      this.urgentUnderWay--;
      if (this.others.size > 0) this.watch();
    });
  }
}

/** The first network's first request; the network goes to the end. */
function takeTurn(lanes: Map<string, Exchange[]>): Exchange | undefined {
  for (const [network, lane] of lanes) {
    lanes.delete(network);
    const exchange = lane.shift();
    if (lane.length > 0) lanes.set(network, lane);
    if (exchange) return exchange;
  }
  return undefined;
}

/** A press, a station's word on its call, or a command of a call. Reads of the same paths are none. */
function isUrgent({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && (isBelow(url, STATION_CALLS) || isBelow(url, CALLS));
}

function isBelow(url: string, path: string): boolean {
  return url.startsWith(path) && [undefined, '/', '?'].includes(url[path.length]);
}
