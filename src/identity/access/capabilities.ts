import { SetMetadata } from '@nestjs/common';
import type { Role, WardlineRole } from './principal.js';

/** The capabilities that Wardline itself asks for. A capability of a person holds in their departments, an administrator's everywhere. */
const CARE = ['call.raise', 'call.accept', 'call.decline', 'call.arrive', 'call.complete', 'call.cancel', 'shift.work'] as const;
const LEAD = ['call.lead', 'call.reassign', 'staffing.manage', 'report.read'] as const;
const ADMINISTRATION = ['administration'] as const;

/** `call.lead`: completing and cancelling the calls of others, with a reason. */
export type Capability = (typeof CARE)[number] | (typeof LEAD)[number] | (typeof ADMINISTRATION)[number];

/** The roles of Wardline, and what each may do. A hospital adds roles, and changes none of these. */
export const WARDLINE_ROLES: Readonly<Record<WardlineRole, readonly Capability[]>> = {
  nurse: CARE,
  manager: [...CARE, ...LEAD],
  admin: [...CARE, ...LEAD, ...ADMINISTRATION],
};

const KNOWN: ReadonlySet<string> = new Set(WARDLINE_ROLES.admin);
const OWN = /^[a-z][a-z0-9-]{0,31}\.[a-z][a-z0-9_.-]{0,47}$/;
/** Nobody mistypes a capability of Wardline's unseen. */
const WARDLINES_OWN = /^(call|shift|staffing|report)\.|^administration/;

/** By role. */
const granted = new Map<string, ReadonlySet<string>>();
/** By capability: the roles that `defineCapabilities` names. */
const defined = new Map<string, ReadonlySet<string>>();
declareRoles([]);

/** True for a capability that a role of a hospital's own may have. Administration is the administrators' alone. */
export function isGrantable(capability: string): boolean {
  if (KNOWN.has(capability)) return !(ADMINISTRATION as readonly string[]).includes(capability);
  return OWN.test(capability) && !WARDLINES_OWN.test(capability);
}

/** The roles of this process: Wardline's, and those of the hospital that starts. Those of an earlier start end. */
export function declareRoles(roles: readonly { id: string; capabilities: readonly string[] }[]): void {
  granted.clear();
  for (const [role, capabilities] of Object.entries(WARDLINE_ROLES)) granted.set(role, new Set(capabilities));
  for (const { id, capabilities } of roles) granted.set(id, new Set(capabilities));
}

/** True for a role that a person can have. */
export function isRole(role: string): boolean {
  return granted.has(role);
}

/**
 * Capabilities of a hospital's own, and the roles that have them. Ask for one at a route with `@RequireCapability`.
 * @throws Error for a name that is none, or that is Wardline's
 */
export function defineCapabilities(capabilities: Readonly<Record<string, readonly Role[]>>): void {
  for (const [name, roles] of Object.entries(capabilities)) {
    if (!OWN.test(name)) throw new Error(`the capability ${name} must match ${OWN.source}`);
    if (KNOWN.has(name)) throw new Error(`the capability ${name} is Wardline's`);
    defined.set(name, new Set(roles));
  }
}

/** True where people of the role may do it. A role that nobody declares any more may do nothing. */
export function can({ role }: { readonly role: Role }, capability: Capability | (string & {})): boolean {
  return granted.get(role)?.has(capability) === true || (isRole(role) && defined.get(capability)?.has(role) === true);
}

/** Everything that people of the role may do. */
export function capabilitiesOf(role: string): string[] {
  const all = [...(granted.get(role) ?? []), ...defined.keys()];
  return [...new Set(all)].filter((one) => can({ role }, one)).sort();
}

export const CAPABILITIES = 'wardline:capabilities';
/** Signed-in staff with all of these capabilities: Wardline's, or those of `defineCapabilities`. */
export const RequireCapability = (...capabilities: (Capability | (string & {}))[]) => SetMetadata(CAPABILITIES, capabilities);

/** SQL, true for a role that leads: such a person is asked off duty, too, and keeps the calls that are shown to all who lead. @param role a column */
export const leads = (role: string): string => `${role} IN ('manager', 'admin')`;
