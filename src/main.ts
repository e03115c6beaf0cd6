#!/usr/bin/env node
import { lineOutput } from './platform/logging/line-output.js';
import { readConfig } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';
import { EXIT_REFUSED, StartRefused } from './platform/common/start-refused.js';
import { processLogger } from './startup/process-logger.js';

/** sysexits.h: the command is used wrongly. */
const EX_USAGE = 64;

/** `wardline`, or `wardline start`: the same. */
const [command, ...rest] = process.argv.slice(2);
if ((command !== undefined && command !== 'start') || rest.length > 0) {
  lineOutput(2).write('usage: wardline [start]   (settings come from the environment: see .env.example)\n');
  process.exit(EX_USAGE);
}
try {
  const config = readConfig(environment());
  const { SUPERVISOR } = config.operations;
  if (config.http.TLS_CERT_FILE !== undefined) {
    const { requireNamedCertificate } = await import('./platform/certificates/certificate.js');
    await requireNamedCertificate(config.http);
  }
  const logger = await processLogger(config.operations);
  // As PID 1 whoever runs the container replaces it. What is not needed is not loaded: the supervisor stays small.
  if ((SUPERVISOR ?? (process.pid === 1 ? 'off' : 'on')) === 'on') {
    const { runSupervisor } = await import('./platform/supervisor/run-supervisor.js');
    await runSupervisor(config, logger);
  } else {
    const { runAlone } = await import('./startup/run-alone.js');
    await runAlone(config, logger);
  }
} catch (error) {
  if (!(error instanceof StartRefused)) throw error;
  lineOutput(2).write(`${error.lines.join('\n')}\n`);
  process.exit(EXIT_REFUSED);
}
