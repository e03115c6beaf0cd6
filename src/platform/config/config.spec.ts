import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';

function linesOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config.http.PORT).toBe(8443);
    expect(config.realtime.CONNECT_RATE_LIMIT).toEqual({ count: 100, seconds: 10 });
    expect(config.ward.ESCALATION_L3_SEC).toBe(300);
    expect(config.http.REQUIRE_WSS).toBe(true);
  });

  it('reports every wrong value in one line of its own, with an example', () => {
    const lines = linesOf({
      PORT: '99999',
      REQUIRE_WSS: 'yes',
      CONNECT_RATE_LIMIT: '10',
      DATABASE_URL: 'mysql://x',
      OVERFLOW_POLICY: 'drop',
    });
    expect(lines).toHaveLength(5);
    for (const name of ['PORT', 'REQUIRE_WSS', 'CONNECT_RATE_LIMIT', 'DATABASE_URL', 'OVERFLOW_POLICY']) {
      expect(lines.find((line) => line.startsWith(`${name}: `))).toMatch(/example: [A-Z_]+=/);
    }
  });

  it('refuses a secret that can be guessed, without repeating it; a METRICS_TOKEN is only warned of', () => {
    const [line, ...more] = linesOf({ SESSION_SECRETS: 'x7' });
    expect(line).toMatch(/^SESSION_SECRETS: must be secrets of at least 32 characters each; example: /);
    expect(line).not.toContain('x7');
    expect(more).toEqual([]);
    expect(readConfig({ METRICS_TOKEN: 'x7' }).operations.METRICS_TOKEN).toBe('x7');
  });

  it('takes an empty value for not given', () => {
    expect(readConfig({ PORT: '', REDIS_URL: '' })).toEqual(readConfig({}));
  });

  it.each(['1e3', '-1', '0x10', ' 5', '5.0', '', 'NaN'].filter(Boolean))('does not take %j for a whole number', (PORT) => {
    expect(linesOf({ PORT })).toHaveLength(1);
  });

  it('turns a limit off with 0', () => {
    expect(readConfig({ CLIENT_RATE_LIMIT: '0' }).realtime.CLIENT_RATE_LIMIT).toBeNull();
  });

  it.each([
    [{ ESCALATION_L2_SEC: '90' }, /must rise/],
    [{ TLS_CERT_FILE: 'a.pem' }, /given together/],
    [{ DATABASE_URL: 'postgresql://a@b/c' }, /SESSION_SECRETS: is required/],
    [{ DATABASE_MIGRATION_URL: 'postgresql://a@b/c' }, /needs DATABASE_URL/],
    [{ WARN_THRESHOLD: '501' }, /must not exceed/],
    [{ TRUSTED_PROXIES: '10.0.0.5,proxy.example.org' }, /addresses or CIDR ranges/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /addresses or CIDR ranges/],
    [{ DATABASE_URL: 'mysql://a/b' }, /postgres:\/\/ or postgresql:\/\//],
    [{ WORKERS: '2' }, /needs REDIS_URL/],
    [{ SESSION_SECRETS: 'short' }, /32 characters/],
    [{ ALLOWED_ORIGINS: 'https://a.example/path' }, /origins such as/],
    [{ FACILITY_TIME_ZONE: 'Europe/Nowhere' }, /IANA time zone/],
    [{ FACILITY_NAME: ' ' }, /1 to 200 characters/],
  ])('refuses %j', (environment, message) => {
    const lines = linesOf(environment);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
  });

  it('takes MAX_CONNECTIONS alone: a smaller node has no reserve, unless one is named', () => {
    expect(readConfig({ MAX_CONNECTIONS: '10' }).realtime).toMatchObject({ MAX_CONNECTIONS: 10, WARN_THRESHOLD: 10 });
    expect(readConfig({ MAX_CONNECTIONS: '10', WARN_THRESHOLD: '8' }).realtime.WARN_THRESHOLD).toBe(8);
    expect(readConfig({ MAX_CONNECTIONS: '1000' }).realtime.WARN_THRESHOLD).toBe(400);
  });

  it('takes a short HEARTBEAT_IDLE_SEC alone: pings come often enough for it', () => {
    expect(readConfig({ HEARTBEAT_IDLE_SEC: '5' }).realtime.HEARTBEAT_IDLE_SEC).toBe(5);
  });

  it('never repeats the value: it may be a secret', () => {
    expect(linesOf({ DATABASE_URL: 'hunter2-mysql://root:hunter2@x', SESSION_SECRETS: 'hunter2' }).join()).not.toContain('hunter2');
  });
});
