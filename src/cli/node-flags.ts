import { EXIT_REFUSED, StartRefused } from '../platform/common/start-refused.js';
import { readConfig } from '../platform/config/config.js';
import { environment } from '../platform/config/environment.js';
import { maxHeapMb } from '../platform/config/memory.js';

/**
 * Prints how Node is to be started where nobody supervises it: V8's limit from MAX_MEMORY_MB, which a process cannot raise itself.
 * `exec node $(node dist/src/cli/node-flags.js) dist/src/main.js`
 */
try {
  process.stdout.write(`--max-old-space-size=${String(maxHeapMb(readConfig(environment()).operations))}\n`);
} catch (error) {
  if (!(error instanceof StartRefused)) throw error;
  process.stderr.write(`${error.lines.join('\n')}\n`);
  process.exitCode = EXIT_REFUSED;
}
