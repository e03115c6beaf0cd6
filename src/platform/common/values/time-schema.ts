import { z } from 'zod';

/** A time as every answer and event shows it. */
export const time = z.string().describe('ISO 8601, UTC, milliseconds');
