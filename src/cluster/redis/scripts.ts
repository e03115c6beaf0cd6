import { REGISTRY_SCRIPTS } from './registry-scripts.js';
import { TRAFFIC_SCRIPTS } from './traffic-scripts.js';

/** Every script, loaded before a connection is used. */
export const SCRIPTS = { ...REGISTRY_SCRIPTS, ...TRAFFIC_SCRIPTS } as const;
