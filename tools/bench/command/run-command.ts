import { invocation, messageOf, UsageError } from '../client/invocation.js';
import { Ends } from './ends.js';
import { say } from './say.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

export interface Command<Options> {
  readonly usage: string;
  /** @throws UsageError; undefined when only help was asked for */
  readonly read: (args: readonly string[]) => Options | undefined;
  /** @returns whether everything promised was seen; what it adds to `ends` is given back however it ends */
  readonly run: (options: Options, ends: Ends) => Promise<boolean>;
  readonly explain?: (error: unknown) => string;
}

async function runToItsEnd<Options>(options: Options, run: Command<Options>['run']): Promise<number> {
  const ends = new Ends();
  const interrupt = () => {
    say('interrupted, cleaning up');
    void ends.all().finally(() => process.exit(EXIT_INTERRUPTED));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return (await run(options, ends)) ? 0 : EXIT_FAILED;
  } finally {
    await ends.all();
  }
}

/**
 * Runs a command: its error message, its clean-up, and its exit code.
 * @returns the exit code
 */
export async function runCommand<Options>({ usage, read, run, explain = messageOf }: Command<Options>): Promise<number> {
  try {
    const options = read(invocation().args);
    if (options !== undefined) return await runToItsEnd(options, run);
    process.stdout.write(`${usage}\n`);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    say(isUsage ? `${error.message}\n${usage}` : explain(error));
    return isUsage ? EXIT_USAGE : EXIT_FAILED;
  }
}
