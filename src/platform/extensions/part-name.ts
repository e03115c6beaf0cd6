import { StartRefused } from '../common/start-refused.js';

/** The name of a part that a hospital registers: due work, a health indicator, a retention rule. It is a label of metrics. */
export const PART_NAME = /^[a-z][a-z0-9_-]{0,63}$/;

/** @throws StartRefused for a name that is none, or that is taken. @param kind in the plural, as `health indicators` */
export function requirePartName(kind: string, name: string, isTaken: boolean): void {
  if (!PART_NAME.test(name)) throw new StartRefused([`a name of ${kind} must match ${PART_NAME.source}: ${JSON.stringify(name)}`]);
  requireFree(kind, name, isTaken);
}

/** @throws StartRefused for a name that is taken */
export function requireFree(kind: string, name: string, isTaken: boolean): void {
  if (isTaken) throw new StartRefused([`two ${kind} are called ${name}`]);
}
