import type { z } from 'zod';

/**
 * The settings of hospitals, by the hospital's name. A hospital adds its own:
 * `declare module 'wardline' { interface HospitalSettings { 'st-jude': z.infer<typeof stJudeSettings> } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface HospitalSettings {}

/** The settings that a hospital of this name injects. */
export type SettingsOf<Name extends keyof HospitalSettings> = HospitalSettings[Name];

/** The injection token of a hospital's own settings: `@Inject(settingsOf('st-jude')) settings: SettingsOf<'st-jude'>`. */
export function settingsOf(name: keyof HospitalSettings): symbol {
  return ownSettingsToken(name);
}

/** @internal */
export function ownSettingsToken(name: string): symbol {
  return Symbol.for(`wardline settings of ${name}`);
}

/** The settings that a hospital adds to Wardline's. */
export interface OwnSettings {
  readonly name: string;
  readonly schema: z.ZodObject;
}

/** `st-jude` has settings that begin with `ST_JUDE_`. */
export function settingPrefix(name: string): string {
  return `${name.replaceAll('-', '_').toUpperCase()}_`;
}
