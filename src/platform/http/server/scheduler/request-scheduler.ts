import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Precedence, PrecedenceTurns } from '../../../common/collections/precedence-turns.js';
import { COMMAND_PATIENCE_MS } from '../../../common/collections/shedding-queue.js';
import { whenBodyIsThere } from './body-wait.js';
import { refuseAsBusy } from './busy-answer.js';
import { RequestLanes, type WaitingRequest } from './request-lanes.js';
import { UnderWay } from './under-way.js';

/** Requests that begin in one turn of the event loop. Between two turns the answers of the database come in, and presses go on. */
const PER_TURN = 4;
/** While a press is under way, one of the others begins in so long: the press waits for what each of them computes. */
const OTHERS_GAP_MS = 10;

const STATION_CALLS = '/api/v1/stations/self/calls';
const CALLS = '/api/v1/calls';

/**
 * Lets few requests begin in one turn of the event loop: presses first, then the commands of calls, then the others, each network of clients in its turn.
 * While a press or a command is under way, at most one of the others begins every ten milliseconds. A client that sends without end so waits for its
 * own requests, and others wait for a few of them. Presses and commands beyond what is carried at a time wait here, where waiting costs nothing;
 * under overload the late ones are refused.
 */
export class RequestScheduler {
  /** Presses come first, the commands of calls second. */
  private readonly urgent: Readonly<Record<Precedence, RequestLanes>>;
  private readonly turns = new PrecedenceTurns();
  private readonly others = new RequestLanes();
  /** Requests that have begun in this turn. */
  private begun = 0;
  /** Before it none of the others begins beside a press, as `performance.now()` counts. */
  private othersAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = 0;
  private readonly underWay = new UnderWay();
  private isTurnWatched = false;

  /**
   * @param networkOf the network that a request counts for
   * @param onShed called for each that is refused under overload
   */
  constructor(
    private readonly begin: RequestListener,
    private readonly networkOf: (request: IncomingMessage) => string,
    onShed: () => void,
  ) {
    const refuse = (waiting: WaitingRequest) => {
      refuseAsBusy(waiting);
      onShed();
    };
    this.urgent = { first: new RequestLanes(refuse), second: new RequestLanes(refuse) };
  }

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const lanes = this.lanesOf(request);
    if (lanes === this.others) this.arrive(request, response, lanes);
    // A body that does not come must not keep a place from a press that has come whole.
    else
      whenBodyIsThere(request, response, () => {
        this.arrive(request, response, lanes);
      });
  };

  private arrive(request: IncomingMessage, response: ServerResponse, lanes: RequestLanes): void {
    const waiting = { request, response, network: this.networkOf(request), since: performance.now() };
    const isFree = this.others.isEmpty && this.hasNoUrgent && this.mayBegin(waiting.network, lanes);
    if (isFree) this.start(waiting, lanes);
    else lanes.add(waiting);
    this.watchTurn();
  }

  private get hasNoUrgent(): boolean {
    return this.urgent.first.isEmpty && this.urgent.second.isEmpty;
  }

  private lanesOf({ method, url = '' }: IncomingMessage): RequestLanes {
    if (method !== 'POST') return this.others;
    if (isAt(url, STATION_CALLS) || isAt(url, CALLS)) return this.urgent.first;
    return isBelow(url, STATION_CALLS) || isBelow(url, CALLS) ? this.urgent.second : this.others;
  }

  private mayBegin(network: string, lanes: RequestLanes): boolean {
    if (this.begun >= PER_TURN) return false;
    if (lanes !== this.others) return this.underWay.mayBegin(network);
    return this.underWay.count === 0 || performance.now() >= this.othersAt;
  }

  /** Looks again in the next turn. When none could begin in this one: as soon as there is room for a press or a command, or others may begin. */
  private watch(): void {
    if (this.begun > 0) this.watchTurn();
    else if (!this.others.isEmpty) this.watchLater(this.othersAt - performance.now());
    else if (!this.hasNoUrgent) this.watchLater(this.underWay.roomInMs);
  }

  private watchLater(ms: number): void {
    const at = performance.now() + ms;
    if (this.timer && this.timerAt <= at) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const time = performance.now() - COMMAND_PATIENCE_MS;
      this.urgent.first.refuseOlder(time);
      this.urgent.second.refuseOlder(time);
      this.work();
    }, ms);
  }

  private watchTurn(): void {
    if (this.isTurnWatched) return;
    this.isTurnWatched = true;
    setImmediate(() => {
      this.isTurnWatched = false;
      this.begun = 0;
      this.work();
    });
  }

  private work(): void {
    while (this.begun < PER_TURN) {
      // The last place of a turn is the others': no flood of presses keeps them out.
      const isTheirs = this.begun === PER_TURN - 1;
      const started = isTheirs ? this.startFirst(this.others) || this.startUrgent() : this.startUrgent() || this.startFirst(this.others);
      if (!started) break;
    }
    this.watch();
  }

  private startUrgent(): boolean {
    return this.turns.order.some((kind) => this.startFirst(this.urgent[kind]));
  }

  /** @returns whether a request was taken out of the lanes */
  private startFirst(lanes: RequestLanes): boolean {
    // Without room, no network is asked: there may be thousands.
    if (lanes !== this.others && this.underWay.isFull) return false;
    const waiting = lanes.take((network) => this.mayBegin(network, lanes));
    if (!waiting) return false;
    this.start(waiting, lanes);
    return true;
  }

  private start({ request, response, network }: WaitingRequest, lanes: RequestLanes): void {
    if (response.destroyed || request.socket.destroyed) return;
    this.begun++;
    if (lanes === this.others) {
      this.othersAt = performance.now() + OTHERS_GAP_MS;
    } else {
      this.turns.took(lanes === this.urgent.first ? 'first' : 'second', !this.urgent.second.isEmpty);
      this.follow(response, network);
    }
    this.begin(request, response);
  }

  private follow(response: ServerResponse, network: string): void {
    const end = this.underWay.begin(network);
    response.once('close', () => {
      end();
      this.watchTurn();
    });
  }
}

function isAt(url: string, path: string): boolean {
  return url.startsWith(path) && (url.length === path.length || url[path.length] === '?');
}

function isBelow(url: string, path: string): boolean {
  return url.startsWith(path) && url[path.length] === '/';
}
