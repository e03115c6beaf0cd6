import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { z } from 'zod';
import { type EventTraits, problemOfEvent } from '../events/log/event-catalog.js';
import { ownErrorCodes } from '../platform/common/errors.js';
import { StartRefused } from '../platform/common/start-refused.js';
import { within } from '../platform/common/within.js';
import { firstParagraph, OWN_START_MS } from '../platform/extensions/own-start.js';
import { type Config, readConfig } from '../platform/config/config.js';
import { environment } from '../platform/config/environment.js';
import { type OwnSettings, settingPrefix } from '../platform/config/own-settings.js';
import type { SettingMeta } from '../platform/config/settings/setting.js';
import { packageVersion } from '../platform/system/package-version.js';
import { roleDefinition } from '../identity/roles/role-definition.js';
import { callTypeDefinition } from '../ward/hospital/call-type-definition.js';
import { foreignNames } from './foreign-names.js';
import { isReservedName } from './reserved-names.js';
import { type HospitalDefinition, isDefined } from './define-hospital.js';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME = 32;

/**
 * Loads the hospital that a file exports by default.
 * @throws StartRefused with a line for each thing that is wrong with it
 */
export async function loadHospital(file: URL, limitMs = OWN_START_MS): Promise<HospitalDefinition> {
  if (file.protocol !== 'file:' || !existsSync(file)) throw new StartRefused([`the hospital ${file.href} is not there: build it first`]);
  const exported = await exportOf(file, limitMs);
  if (!isDefined(exported))
    throw new StartRefused([`${fileURLToPath(file)}: must export by default what defineHospital() of this very Wardline returned`]);
  requireSound(exported);
  // Error codes are of the process: in a program they are all this hospital's, in a test they need not be.
  refuse(exported.name, foreignNames('error code', ownErrorCodes().keys(), settingPrefix(exported.name)));
  return exported;
}

/** The default export. That of a CommonJS file is one deeper. */
async function exportOf(file: URL, limitMs: number): Promise<unknown> {
  const late = () => new Error(`not done within ${String(limitMs / 1000)} s`);
  try {
    const { default: exported } = (await within(import(file.href) as Promise<unknown>, limitMs, late)) as { default?: unknown };
    return isDefined(exported) ? exported : (exported as { default?: unknown } | undefined)?.default;
  } catch (error) {
    const path = fileURLToPath(file);
    throw new StartRefused([`${path}: cannot be loaded: ${firstParagraph(error)} (the whole error: node ${path})`]);
  }
}

/** @throws StartRefused with a line for each thing that is wrong with it */
export function requireSound(hospital: HospitalDefinition): void {
  refuse(hospital.name, problemsOf(hospital));
}

function refuse(name: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new StartRefused(problems.map((problem) => `hospital ${name}: ${problem}`));
}

/** A hospital, where there is one, and all settings. */
export interface Program {
  readonly hospital: HospitalDefinition | undefined;
  readonly config: Config;
}

/** @throws StartRefused with a line for each thing that is wrong with the hospital or a setting */
export async function readProgram(file: URL | undefined): Promise<Program> {
  const hospital = file && (await loadHospital(file));
  const own = hospital && settingsOfHospital(hospital);
  return { hospital, config: readConfig(environment(Object.keys(own?.schema.shape ?? {})), own) };
}

/** The settings that it adds. */
export function settingsOfHospital({ name, settings }: HospitalDefinition): OwnSettings | undefined {
  return settings && { name, schema: settings };
}

function problemsOf({ name, compatibility, settings, migrations, callTypes = [], roles = [], events = {} }: HospitalDefinition): string[] {
  const problems: string[] = [];
  if (!NAME.test(name) || name.length > MAX_NAME) return ['name: must be small letters, digits and hyphens, at most 32; example: st-jude'];
  if (isReservedName(name)) return ['name: Wardline’s own names begin with it; example: st-jude'];
  if (compatibility.trim() === '' || semver.validRange(compatibility) === null)
    problems.push('compatibility: must be a semver range; example: ^0.2.0');
  else if (!semver.satisfies(packageVersion(), compatibility, { includePrerelease: true }))
    problems.push(`is written for Wardline ${compatibility}, and this is ${packageVersion()}: install one of the other`);
  const prefix = settingPrefix(name);
  for (const [setting, schema] of Object.entries<unknown>(settings?.shape ?? {})) {
    if (!setting.startsWith(prefix)) problems.push(`settings: ${setting} must begin with ${prefix}`);
    if (!isDescribed(schema)) problems.push(`settings: ${setting} must be made with a helper of \`setting\`, which documents it`);
  }
  for (const [event, traits] of Object.entries<unknown>(events)) {
    if (!event.startsWith(`${name}.`)) problems.push(`events: ${event} must begin with ${name}.`);
    const wrong = problemOfEvent(traits) ?? ((traits as EventTraits).data === undefined ? 'data must be a zod schema' : undefined);
    if (wrong !== undefined) problems.push(`events: ${event}: ${wrong}`);
  }
  if (migrations && (migrations.protocol !== 'file:' || !migrations.pathname.endsWith('/') || !existsSync(migrations)))
    problems.push(`migrations: ${migrations.href} is no folder; example: new URL('../migrations/', import.meta.url)`);
  for (const type of callTypes) {
    const wrong = callTypeDefinition.safeParse(type).error;
    if (wrong) problems.push(`callTypes: ${type.id}: ${z.prettifyError(wrong).replaceAll('\n', ' ')}`);
  }
  problems.push(...twice('callTypes', callTypes), ...twice('roles', roles));
  for (const role of roles) {
    const wrong = roleDefinition.safeParse(role).error;
    if (wrong) problems.push(`roles: ${role.id}: ${z.prettifyError(wrong).replaceAll('\n', ' ')}`);
  }
  return problems;
}

function isDescribed(schema: unknown): boolean {
  const { doc, example } = (schema instanceof z.ZodType && (schema.meta() as Partial<SettingMeta> | undefined)) || {};
  return typeof doc === 'string' && typeof example === 'string';
}

function twice(field: string, definitions: readonly { readonly id: string }[]): string[] {
  const ids = definitions.map(({ id }) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `${field}: ${id} is there twice`);
}
