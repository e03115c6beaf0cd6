import { isatty } from 'node:tty';
import type { LoggerService } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger as Pino, pino } from 'pino';
import { lineOutput } from './line-output.js';
import { currentLogContext } from './log-context.js';

/** The fields of a line besides its event: ids, counts, codes. Never names, cookies, keys or bodies. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The injection token of logging is the class itself; `with` binds a context to all lines. */
export class Logger {
  constructor(private readonly sink: Pino) {}

  with(context: LogFields): Logger {
    return new Logger(this.sink.child(context));
  }
  debug(event: string, fields: LogFields = {}): void {
    this.sink.debug(fields, event);
  }
  info(event: string, fields: LogFields = {}): void {
    this.sink.info(fields, event);
  }
  warn(event: string, fields: LogFields = {}): void {
    this.sink.warn(fields, event);
  }
  error(event: string, fields: LogFields = {}): void {
    this.sink.error(fields, event);
  }
}

interface LogOptions {
  level: string;
  pretty: boolean;
  /** Standard output by default. */
  destination?: DestinationStream;
}

/** One JSON object a line: `timestamp`, `level`, `event`, context. No line can block or end the process: see `LineOutput`. */
export async function createLogger({ level, pretty, destination }: LogOptions): Promise<Logger> {
  const options = {
    level,
    messageKey: 'event',
    base: null,
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // A copy each time: pino writes the line's own fields over it.
    mixin: () => ({ ...currentLogContext(), ...currentTrace() }),
    serializers: { error: describeError },
    redact: { paths: ['cookie', 'password', 'key', '*.cookie', '*.password', '*.key', '*.authorization'], censor: '[hidden]' },
  };
  if (destination) return new Logger(pino(options, destination));
  const output = lineOutput(1);
  const logger = new Logger(pino(options, pretty ? await prettyLines(output) : output));
  output.onRecovered = (lines) => {
    logger.warn('log.lines_lost', { lines });
  };
  return logger;
}

function currentTrace(): LogFields {
  const trace_id = trace.getActiveSpan()?.spanContext().traceId;
  return trace_id === undefined ? {} : { trace_id };
}

async function prettyLines(output: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({ messageKey: 'event', timestampKey: 'timestamp', colorize: isatty(1) });
  return {
    write: (line: string) => {
      output.write(format(line));
    },
  };
}

/** An error of a hospital's own may hold anything: a cause of its own, a message without an end. */
const MAX_CAUSES = 4;
const MAX_MESSAGE = 1000;

/** A database's message and detail may quote a row, so only its code and place are kept. Never throws, whatever was thrown. */
export function describeError(error: unknown): LogFields {
  try {
    return describe(error, MAX_CAUSES);
  } catch {
    return { type: 'unreadable' };
  }
}

function describe(error: unknown, causes: number): LogFields {
  if (!(error instanceof Error)) return { type: typeof error };
  const database = error as Error & { code?: string; constraint?: string; table?: string; routine?: string; severity?: string };
  const frames = error.stack
    ?.split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 12);
  if (database.severity !== undefined) {
    return {
      type: error.name,
      code: database.code,
      constraint: database.constraint,
      table: database.table,
      routine: database.routine,
      stack: frames,
    };
  }
  const cause = error.cause === undefined || causes === 0 ? {} : { cause: describe(error.cause, causes - 1) };
  return { type: error.name, code: database.code, message: error.message.slice(0, MAX_MESSAGE), stack: frames, ...cause };
}

/** Nest's own messages, in the same format. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug('nest', this.fields(message, context));
  }
  warn(message: unknown, context?: unknown): void {
    this.logger.warn('nest', this.fields(message, context));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error('nest', this.fields(message, rest.at(-1)));
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.error('nest', this.fields(message, rest.at(-1)));
  }

  private fields(message: unknown, context: unknown): LogFields {
    const said = message instanceof Error ? { error: message } : { message: typeof message === 'string' ? message : '' };
    return { ...said, context: typeof context === 'string' ? context : undefined };
  }
}
