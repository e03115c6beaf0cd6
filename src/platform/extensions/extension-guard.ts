import { HttpException, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors.js';
import { type ExtensionContext, insideExtension } from '../common/extension-context.js';
import { Logger } from '../logging/logger.js';
import { enterExtension } from '../watchdog/loop-beat.js';
import { EXTENSION_FAILURES, type ExtensionCondition, type ExtensionFailure, PointRecord } from './point-record.js';
import { counterFromZero } from '../metrics/metric-providers.js';

/** Calls of one point that passed their deadline and still run. With more of them the point is not called. */
const MAX_UNSETTLED = 64;

/** Points that every installation may have, as the metric names them; those of a hospital's own names appear with their first failure. */
const USUAL_POINTS = [
  ...['dispatch_strategy', 'escalation_policy', 'identity_provider', 'room_authorizer'],
  ...['upgrade_guard', 'notifier', 'backplane', 'metric'],
];

export const extensionMetricProvider = counterFromZero(
  {
    name: 'wardline_extension_failures_total',
    help: 'Failures of code that is not Wardline’s, by extension point: it threw, did not settle in time, or gave an invalid answer.',
    labelNames: ['point', 'reason'],
  },
  USUAL_POINTS.flatMap((point) => EXTENSION_FAILURES.map((reason) => ({ point, reason }))),
);

/** One call into code that is not Wardline's. */
export interface GuardedCall<T> {
  /** A name of the program's, as `dispatch strategy`; the metric's label has underscores in it. */
  point: string;
  /** The part of the point's work that fails or succeeds by itself, such as a department. Not in the metric. */
  subject?: string;
  /** The metric's label, where several points share one; the point's name, unless given. */
  label?: string;
  deadlineMs: number;
  /** @param signal aborts at the deadline */
  work: (signal: AbortSignal) => Promise<T> | T;
  /** True where Wardline may act on the answer; every answer, unless given. */
  isValid?: (answer: T) => boolean;
  /** Decides where the extension failed, is late, or answered nonsense. May throw. The failure is undefined where the point rests or is off. */
  fallback: (failure?: Error) => Promise<T> | T;
  /** Errors that are an answer, and no failure; they are thrown on. A DomainError and Nest's HttpException, unless given. */
  isAnswer?: (error: unknown) => boolean;
  /** Three failures within a minute put the point on its fallback for a minute. */
  rests?: boolean;
  /** Nobody waits for the answer: the extension's statements go over a pool of their own. */
  isBackground?: boolean;
  /** Ends the wait before the deadline; no failure is counted. */
  stop?: AbortSignal;
}

type FailedCall = Pick<GuardedCall<unknown>, 'point' | 'label' | 'rests'>;

/** An answer that the extension may not give. */
class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer';
}

/** No answer within the deadline. */
class Late extends Error {
  override readonly name = 'Late';
}

/** Something else than an error was thrown. */
class NotAnError extends Error {
  override readonly name = 'NotAnError';
}

/** Anything can be thrown, also an object that throws when it is looked at. */
function asError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error) return thrown;
  } catch {
    // Not even that can be asked.
  }
  return new NotAnError(`it threw what is no error: ${typeof thrown}`);
}

/** The refusal of a point that has no other fallback. */
export function extensionUnavailable(): DomainError {
  return new DomainError('UNAVAILABLE', 'a part of this hospital’s own cannot answer now', { retryAfter: 1 });
}

function isRefusal(error: unknown): boolean {
  return error instanceof DomainError || error instanceof HttpException;
}

/** Guards Wardline against code that is not its own: such code may fail, the call may not. */
@Injectable()
export class ExtensionGuard {
  private readonly points = new Map<string, PointRecord>();
  private off: ReadonlySet<string> = new Set();

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
    @InjectMetric('wardline_extension_failures_total') private readonly failures: Counter,
  ) {}

  /** Points that run on their fallback until an administrator enables them again. */
  switchOff(points: ReadonlySet<string>): void {
    this.off = points;
  }

  /** Settles at the deadline at the latest. @throws what `fallback` throws, and errors that are an answer */
  async call<T>(call: GuardedCall<T>): Promise<T> {
    const { point, fallback, isAnswer = isRefusal, stop } = call;
    const record = this.recordOf(call.subject === undefined ? point : `${point} (${call.subject})`);
    if (this.isOff(point) || record.isResting(this.clock.now())) return fallback();
    if (record.unsettled >= MAX_UNSETTLED) {
      const late = new Late(`${String(MAX_UNSETTLED)} earlier calls still run`);
      this.failed(call, record, late);
      return fallback(late);
    }
    try {
      const answer = await this.inTime(call, record);
      if (!(call.isValid?.(answer) ?? true)) throw new InvalidAnswer(`${point} answered what it may not`);
      record.succeeded();
      return answer;
    } catch (thrown) {
      const error = asError(thrown);
      if (stop?.aborted === true || isAnswer(error)) throw error;
      this.failed(call, record, error);
      return fallback(error);
    }
  }

  /** A part of a point that answers at once. @returns null where it throws or answers nonsense, which is counted, and where the point rests or is off */
  sync<T>(point: string, work: () => T, isValid: (answer: T) => boolean = () => true): T | null {
    const record = this.recordOf(point);
    if (this.isOff(point) || record.isResting(this.clock.now())) return null;
    const leave = enterExtension(point);
    try {
      const context = this.contextOf({ point }, record, { endsAt: Number.POSITIVE_INFINITY, isBackground: false });
      const answer = insideExtension(context, work);
      if (!isValid(answer)) throw new InvalidAnswer(`${point} answered what it may not`);
      return answer;
    } catch (thrown) {
      this.failed({ point }, record, asError(thrown));
      return null;
    } finally {
      leave();
    }
  }

  /**
   * Runs code that is not Wardline's and has no deadline, such as a route: the watchdog can name it, and an error of it that nobody handles is its own.
   * @returns its answer; what it throws is thrown on
   */
  within<T>(point: string, work: () => Promise<T>): Promise<T> {
    const context = this.contextOf({ point }, this.recordOf(point), { endsAt: Number.POSITIVE_INFINITY, isBackground: false });
    const leave = enterExtension(point);
    return insideExtension(context, async () => work()).finally(leave);
  }

  /** True where the point is not to be called until an administrator enables it again. */
  isOff(point: string): boolean {
    return this.off.has(point);
  }

  /** The points that fail, rest or are off, for health and administration. */
  conditions(): (ExtensionCondition & { point: string })[] {
    const now = this.clock.now();
    const names = new Set([...this.points.keys(), ...this.off]);
    return [...names].sort().map((point) => ({ point, ...this.recordOf(point).condition(now, this.off.has(point)) }));
  }

  /** Names of points that do not do their work now. */
  failing(): string[] {
    return this.conditions().flatMap(({ point, state }) => (state === 'ok' ? [] : [point]));
  }

  private recordOf(point: string): PointRecord {
    let record = this.points.get(point);
    if (!record) this.points.set(point, (record = new PointRecord()));
    return record;
  }

  private async inTime<T>(call: GuardedCall<T>, record: PointRecord): Promise<T> {
    const { point, deadlineMs, work, isBackground = false, stop } = call;
    const ending = new AbortController();
    const context = this.contextOf(call, record, { endsAt: performance.now() + deadlineMs, isBackground });
    const leave = enterExtension(point);
    record.unsettled++;
    const answer = insideExtension(context, async () => work(ending.signal)).finally(() => {
      record.unsettled--;
      leave();
    });
    // A late failure is not one that nobody handles.
    answer.catch(() => undefined);
    let end: () => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      const late = (why: string) => () => {
        reject(new Late(why));
        ending.abort();
      };
      // A process that was held up must not blame an answer that has come: it is looked for once more.
      const timer = setTimeout(() => setImmediate(late(`no answer within ${String(deadlineMs)} ms`)), deadlineMs);
      const stopped = late('the wait was ended');
      stop?.addEventListener('abort', stopped);
      end = () => {
        clearTimeout(timer);
        stop?.removeEventListener('abort', stopped);
      };
    });
    try {
      return await Promise.race([answer, ended]);
    } finally {
      end();
    }
  }

  private contextOf(call: FailedCall, record: PointRecord, bounds: Pick<ExtensionContext, 'endsAt' | 'isBackground'>): ExtensionContext {
    const stray = (error: unknown) => {
      this.failed(call, record, asError(error));
    };
    return { point: call.point, ...bounds, stray };
  }

  private failed({ point, label = point, rests = false }: FailedCall, record: PointRecord, error: Error): void {
    const reason: ExtensionFailure = error instanceof Late ? 'timeout' : error instanceof InvalidAnswer ? 'invalid' : 'threw';
    this.count(label, reason);
    const isResting = record.failed(this.clock.now(), reason, rests);
    this.logger.error('extension.failed', { point, reason, rests: isResting, error });
  }

  private count(label: string, reason: ExtensionFailure): void {
    this.failures.inc({ point: label.replaceAll(/[^\w]+/g, '_'), reason });
  }
}
