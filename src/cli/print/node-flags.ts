import { Command } from 'commander';
import { maxHeapMb } from '../../platform/config/memory-limits.js';
import { programOf } from '../context.js';

/**
 * Prints the flags that Node needs where nobody supervises: V8's limit from MAX_MEMORY_MB, which a process cannot raise itself.
 * `exec node $(node dist/src/main.js node-flags) dist/src/main.js`
 */
export function nodeFlagsCommand(): Command {
  return new Command('node-flags').action(async (_options, command: Command) => {
    const { config } = await programOf(command);
    process.stdout.write(`--max-old-space-size=${String(maxHeapMb(config.operations))}\n`);
  });
}
