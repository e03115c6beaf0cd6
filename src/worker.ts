import { becomeWorker } from './platform/supervisor/link/worker-link.js';

// Loaded before the program of a worker (`--import`), so that no signal ends it while it loads.
becomeWorker();
