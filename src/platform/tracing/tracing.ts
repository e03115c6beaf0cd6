import { type Attributes, context, propagation, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';

/** W3C Trace Context, 3.2. */
export const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** Silent until a provider is registered. */
const tracer = trace.getTracer('wardline');

function contextOf(traceparent: string | undefined) {
  return traceparent === undefined ? context.active() : propagation.extract(ROOT_CONTEXT, { traceparent });
}

/**
 * Runs `work` in a span of its own. Attributes are ids and types: never a name, a body, a cookie.
 * @param parent W3C traceparent that the span continues; without one, what is going on here
 */
export function traced<T>(name: string, attributes: Attributes, work: () => Promise<T>, parent?: string): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, contextOf(parent), async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** As `traced`, within something that is traced already; on its own it is not worth a span. */
export function tracedWithin<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return trace.getActiveSpan() ? traced(name, attributes, work) : work();
}

/** Runs `work` in a span that its caller ends. */
export function beginTraced(name: string, parent: string | undefined, work: (span: Span) => void): void {
  tracer.startActiveSpan(name, {}, contextOf(parent), work);
}

/** Something that has just happened in another's trace. @param started milliseconds since 1970 */
export function noteTraced(name: string, attributes: Attributes, parent: string, started: number): void {
  tracer.startSpan(name, { attributes, startTime: started }, contextOf(parent)).end();
}

/** W3C traceparent of what is going on here; undefined while tracing is off. */
export function currentTrace(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}
