import { closeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../system/package-root.js';

/** For the answer of a main thread that runs JavaScript, and has read thousands of files; one that waits in the kernel gives none. */
const ANSWER_MS = 5000;
/** Not a hospital's own. */
const FOREIGN = [join(packageRoot(), 'src/'), join(packageRoot(), 'dist/src/'), '/node_modules/'];

interface Frame {
  readonly functionName: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number };
}

/** Runs on V8's inspector of the main thread, whose event loop may hang. No port is opened. */
async function inspectMain<T>(work: (session: Session, done: (answer: T) => void) => void): Promise<T | undefined> {
  const session = new Session();
  let limit: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T | undefined>((resolve) => {
      limit = setTimeout(resolve, ANSWER_MS, undefined);
      session.connectToMainThread();
      work(session, resolve);
    });
  } catch {
    return undefined;
  } finally {
    clearTimeout(limit);
    session.disconnect();
  }
}

/**
 * The innermost function of a hospital's own that the main thread is in, with its file and line: `CleaningService (/srv/…/cleaning.js:12)`.
 * To be called from a thread. Never rejects; undefined where none is found.
 */
export function whereMainHangs(): Promise<string | undefined> {
  return inspectMain<string | undefined>((session, done) => {
    const files = new Map<string, string>();
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => {
      const file = url.startsWith('file:') ? fileURLToPath(url) : url;
      if (file.startsWith('/') && !FOREIGN.some((place) => file.includes(place))) files.set(scriptId, file);
    });
    session.on('Debugger.paused', ({ params: { callFrames } }) => {
      const frame = (callFrames as Frame[]).find(({ location }) => files.has(location.scriptId));
      session.post('Debugger.resume');
      done(frame && placeOf(frame, files));
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  });
}

function placeOf({ functionName, location }: Frame, files: ReadonlyMap<string, string>): string {
  const place = `${files.get(location.scriptId) ?? ''}:${String(location.lineNumber + 1)}`;
  return functionName === '' ? place : `${functionName} (${place})`;
}

/**
 * Ends the process with a code, although its event loop hangs. To be called from a thread, once all is said: standard error is closed before, because
 * Node would write there that it waits for a debugger. Resolves where the process did not end.
 */
export async function exitMain(code: number): Promise<void> {
  closeSync(2);
  await inspectMain<never>((session) => {
    session.post('Runtime.evaluate', { expression: `process.reallyExit(${String(code)})` });
  });
}
