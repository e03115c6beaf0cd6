import { StartRefused } from '../common/start-refused.js';
import { within } from '../common/within.js';
import { enterExtension } from '../watchdog/loop-beat.js';

/** A part that has not started by then is not going to. */
export const OWN_START_MS = 30_000;
/** Begins the watchdog's name of such a part. */
export const START_OF = 'start of ';
const MAX_REASON = 500;

/** A part of a hospital's own did not start. Its message is one line. */
export class OwnStartFailed extends Error {
  override readonly name = 'OwnStartFailed';
}

/** @param name of the part, such as its module's; errors that say it already stay as they are */
export function ownStartFailure(name: string, cause: unknown): Error {
  if (cause instanceof OwnStartFailed || cause instanceof StartRefused) return cause;
  return new OwnStartFailed(`${name} did not start: ${firstParagraph(cause)}`, { cause });
}

/**
 * Runs a part of the start that is not Wardline's, and may take half a minute. The watchdog can name it meanwhile.
 * @throws OwnStartFailed
 */
export function startInTime<T>(name: string, work: () => T): T | Promise<Awaited<T>> {
  const leave = enterExtension(`${START_OF}${name}`);
  let made: T;
  try {
    made = work();
  } catch (error) {
    leave();
    throw ownStartFailure(name, error);
  }
  if (!(made instanceof Promise)) {
    leave();
    return made;
  }
  const late = () => new Error(`not there within ${String(OWN_START_MS / 1000)} s`);
  return within(made as Promise<Awaited<T>>, OWN_START_MS, late)
    .catch((error: unknown) => {
      throw ownStartFailure(name, error);
    })
    .finally(leave);
}

/** The reason in one line. Texts of Nest's have advice below. */
export function firstParagraph(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : 'it threw what is no error';
  const [first = ''] = message.trim().split(/\n\s*\n/, 1);
  return first.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
}
