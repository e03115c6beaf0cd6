import { setting } from 'wardline';
import { z } from 'zod';

export const stJudeSettings = z.object({
  ST_JUDE_PAGER_URL: setting.optionalUrl(
    ['https:', 'http:'],
    { doc: 'The pagers’ gateway. Nobody is paged without it.' },
    'https://pager.st-jude.example',
  ),
  ST_JUDE_SSO_ISSUER: setting.optionalUrl(
    ['https:', 'http:'],
    { doc: 'The hospital’s OpenID provider. Nobody signs in by it without this.' },
    'https://sso.st-jude.example',
  ),
  ST_JUDE_SSO_CLIENT_ID: setting.text('wardline', { doc: 'The name by which the provider knows this program.' }),
  ST_JUDE_SSO_CLIENT_SECRET: setting.optionalText({ doc: 'The secret that goes with it.', secret: true }, 'a-long-secret'),
  ST_JUDE_CLEANING_SEC: setting.integer(1800, { doc: 'A bed must be clean this long after it was asked for.' }, { min: 1, max: 86_400 }),
});

declare module 'wardline' {
  interface HospitalSettings {
    'st-jude': z.infer<typeof stJudeSettings>;
  }
}
