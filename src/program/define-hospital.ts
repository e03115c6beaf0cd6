import type { z } from 'zod';
import type { CallTypeDefinition } from '../ward/hospital/call-type-definition.js';
import type { Extensions } from './extensions.js';

/** A hospital of one's own: what it is called, and what it adds to Wardline. */
export interface HospitalDefinition extends Extensions {
  /** Small letters, digits and hyphens: `st-jude`. It begins the names of the hospital's events, frames, metrics, settings and error codes. */
  name: string;
  /** The versions of Wardline that it is written for, as a semver range: `^0.2.0`. Any other refuses to start (78). */
  compatibility: string;
  /** A zod object, made with the helpers of `setting`. Each name begins with the hospital's: `ST_JUDE_PAGER_URL`. */
  settings?: z.ZodObject;
  /** The folder of the hospital's migrations, as a URL that ends with a slash. They have a history of their own. */
  migrations?: URL;
  /** Types of calls. Each start brings the table to what is written here. */
  callTypes?: readonly CallTypeDefinition[];
}

const DEFINED = new WeakSet();

/** Declares a hospital. The file that exports it by default must have no side effects: several processes load it. */
export function defineHospital<const Definition extends HospitalDefinition>(definition: Definition): Definition {
  DEFINED.add(definition);
  return definition;
}

/** @internal */
export function isDefined(value: unknown): value is HospitalDefinition {
  return typeof value === 'object' && value !== null && DEFINED.has(value);
}
