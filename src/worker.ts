import { SupervisorLink } from './platform/supervisor/supervisor-link.js';

const link = new SupervisorLink();
// A terminal's signals reach the whole process group: the supervisor decides. SIGTERM for this worker alone has it replaced.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void link.send({ kind: 'ask', departure: 'restart', reason: 'signal' }));

// Only now, so that no signal ends it while it loads.
const { runWorker } = await import('./platform/supervisor/run-worker.js');
await runWorker(link);
