import { fileURLToPath } from 'node:url';
import { EXIT_REFUSED, StartRefused } from './platform/common/start-refused.js';
import { readConfig } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';
import { lineOutput } from './platform/logging/line-output.js';
import { workerLink } from './platform/supervisor/link/worker-link.js';
import { processLogger } from './startup/process-logger.js';

/**
 * Runs Wardline until a signal ends it, with the hospital that a file exports by default: `await bootstrap(new URL('./hospital.js', import.meta.url))`.
 * The supervisor runs this very program once more for each worker, and loads nothing of the hospital itself.
 * A start that is refused ends the process with 78 and one line for each reason.
 */
export async function bootstrap(hospital?: URL): Promise<void> {
  try {
    const link = workerLink();
    if (link) {
      const { runWorker } = await import('./platform/supervisor/run-worker.js');
      await runWorker(link, hospital);
      return;
    }
    await start(hospital);
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    lineOutput(2).write(`${error.lines.join('\n')}\n`);
    process.exit(EXIT_REFUSED);
  }
}

async function start(hospital: URL | undefined): Promise<void> {
  const config = readConfig(environment(hospital ? 'unchecked' : []));
  const { SUPERVISOR } = config.operations;
  if (config.http.TLS_CERT_FILE !== undefined) {
    const { requireNamedCertificate } = await import('./platform/certificates/certificate.js');
    await requireNamedCertificate(config.http);
  }
  const logger = await processLogger(config.operations);
  // As PID 1, the container's runtime replaces the process. Unneeded modules are not loaded: the supervisor stays small.
  if ((SUPERVISOR ?? (process.pid === 1 ? 'off' : 'on')) === 'on') {
    if (hospital) {
      const { checkHospitalInChild } = await import('./program/check-in-child.js');
      await checkHospitalInChild(fileURLToPath(hospital));
    }
    const { runSupervisor } = await import('./platform/supervisor/run-supervisor.js');
    await runSupervisor(config, logger);
  } else {
    const { runAlone } = await import('./startup/run-alone.js');
    await runAlone(hospital, config.operations, logger);
  }
}
