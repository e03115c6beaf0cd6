import { renderEnvExample } from '../platform/config/env-example.js';

/** Prints `.env.example`, as the settings' schemas have it. */
process.stdout.write(renderEnvExample());
