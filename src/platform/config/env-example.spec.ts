import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../system/package-root.js';
import { readConfig } from './config.js';
import { renderEnvExample } from './render-env-example.js';

describe('.env.example', () => {
  const text = readFileSync(join(packageRoot(), '.env.example'), 'utf8');

  it('is what the schemas say (npm run env:example writes it)', () => {
    expect(text).toBe(renderEnvExample());
  });

  it('names the bounds of each number, of a name, and of a secret', () => {
    expect(text).toContain('# More than one needs REDIS_URL. Allowed: 1 to 64.\nWORKERS=1\n');
    const commentOf = (name: string) => new RegExp(`((?:^#.*\n)+)^#? ?${name}=`, 'm').exec(text)?.[1]?.replaceAll('\n#', '');
    expect(commentOf('SERVER_ID')).toContain('Allowed: 1 to 128 of A-Z a-z 0-9 _ . : -');
    for (const name of ['SESSION_SECRETS', 'GUEST_LINK_SECRETS', 'CHANNEL_HMAC_SECRETS'])
      expect(commentOf(name)).toContain('32 characters or more each');
  });

  it('gives the defaults: reading it is reading nothing', () => {
    const lines = text.split('\n').filter((line) => /^[A-Z_\d]+=/.test(line));
    const environment = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    expect(lines.length).toBeGreaterThan(30);
    expect(readConfig(environment)).toEqual(readConfig({}));
  });

  it('has right values in its commented examples too', () => {
    const examples = [...text.matchAll(/^# ([A-Z_\d]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const);
    for (const [name, value] of examples) {
      const beside: Record<string, string> = { SESSION_SECRETS: 'a-secret-of-at-least-32-characters', DATABASE_URL: 'postgresql://a@b/c' };
      if (name === 'TLS_CERT_FILE' || name === 'TLS_KEY_FILE') Object.assign(beside, { TLS_CERT_FILE: 'c', TLS_KEY_FILE: 'k' });
      expect(() => readConfig({ ...beside, [name]: value }), name).not.toThrow();
    }
  });
});
