import { z } from 'zod';
import { EVENT_TYPES } from '../../../src/protocol/schemas/event-types.js';
import { HTTP_ANSWERS } from '../../../src/protocol/http-answers.js';
import { OK_DATA, SERVER_FRAMES } from '../../../src/protocol/schemas/server-frames.js';
import type { AnyFrame } from './any-frame.js';

/** Frames, answers and events as the published schemas say: whatever a test receives comes by here. */

const FRAMES = new Map<string, z.ZodType>(
  Object.entries(SERVER_FRAMES).map(([type, schema]) => [type, type === 'ok' ? schema : schema.strict()]),
);
const EVENTS = new Map<string, { data: z.ZodType }>(Object.entries(EVENT_TYPES));

function require(schema: z.ZodType | undefined, value: unknown, what: string): void {
  const wrong = schema?.safeParse(value).error;
  if (wrong) throw new Error(`${what} is not as its schema says: ${z.prettifyError(wrong)}\n${JSON.stringify(value).slice(0, 2000)}`);
}

/** The test that calls this appends events of the type with data of its own making: they have no check from here on. */
export function makesUp(...types: string[]): void {
  for (const type of types) EVENTS.delete(type);
}

/** A line of the log. Types that a test's own extension declares are not known here. */
export function requireEvent({ type, data }: AnyFrame): void {
  require(EVENTS.get(type as string)?.data, data, String(type));
}

/**
 * A frame of a socket, or a message of an event stream.
 * @param answered the type of the command that an `ok` answers
 */
export function requireFrame(frame: AnyFrame, answered?: string): void {
  const type = frame.type as string;
  if (typeof frame.seq === 'number' && type !== 'snapshot') {
    require(FRAMES.get('event'), frame, type);
    requireEvent(frame);
    return;
  }
  require(FRAMES.get(type), frame, type);
  if (type === 'ok' && answered !== undefined) require(OK_DATA[answered], frame.data, `the answer to ${answered}`);
}

const ROUTES = Object.entries(HTTP_ANSWERS)
  // A named path comes before one with a field in its place.
  .sort(([a], [b]) => a.split('{').length - b.split('{').length)
  .map(([route, answers]) => ({ pattern: new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`), route, answers }));

/** The body of an HTTP answer, where its route is Wardline's own. */
export function requireAnswer(method: string, path: string, status: number, body: AnyFrame): void {
  const asked = `${method} ${path.split('?')[0] ?? ''}`;
  const { answers, route } = ROUTES.find(({ pattern }) => pattern.test(asked)) ?? {};
  if (!answers || !(status in answers) || typeof body !== 'object') return;
  const known = { ...body };
  // A hospital's own types of event are not known here.
  for (const list of route?.endsWith('/events') ? ['items'] : ['history'])
    if (Array.isArray(known[list])) known[list] = known[list].filter(({ type }: AnyFrame) => EVENTS.has(type as string));
  require(answers[status] ?? undefined, known, asked);
}
