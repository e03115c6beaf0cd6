import { describe, expect, it, vi } from 'vitest';
import { EndedSessions } from '../../identity/access/ended-sessions.js';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import type { LiveReader, ReaderSessions } from '../../identity/boards/reader-sessions.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import type { SessionSettings } from '../../platform/config/settings/session.settings.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { Connection } from '../connection/connection.js';
import type { Connections } from '../connection/connections.js';
import type { Subscriptions } from '../subscriptions/subscriptions.service.js';
import { SessionCheck } from './session-check.js';

const SESSION = 'a-session';

function principalOf(...departments: string[]): StaffPrincipal {
  return { kind: 'staff', id: 'anna', username: 'anna', name: 'Anna', role: 'nurse', departments, sessionId: SESSION, expiresAt: 0 };
}

/** A check whose readings of the sessions come back when the test says so. */
function checking() {
  const open: Connection[] = [];
  const readings: ((session: StaffPrincipal) => void)[] = [];
  const endMembership = vi.fn();
  const endings = new SessionEndings(new EndedSessions());
  const sessions = {
    touch: () => Promise.resolve(),
    live: () =>
      new Promise<Map<string, LiveReader>>((resolve) => {
        readings.push((principal) => {
          resolve(new Map([[SESSION, { principal, idleLeft: Infinity, absoluteLeft: Infinity }]]));
        });
      }),
  };
  const connections = { all: () => open, ofSession: () => open, sessionIds: () => [SESSION], onAdded: () => undefined };
  const settings = { SESSION_CHECK_INTERVAL_SEC: 3600, SESSION_IDLE_SEC: 3600, SESSION_ABSOLUTE_SEC: 3600 };
  const check = new SessionCheck(
    sessions as unknown as ReaderSessions,
    endings,
    connections as unknown as Connections,
    { endMembership } as unknown as Subscriptions,
    { warn: vi.fn() } as unknown as Logger,
    settings as unknown as SessionSettings,
  );
  check.onApplicationBootstrap();
  const connect = (principal: StaffPrincipal) => {
    const connection = { principal, subscriptions: new Map(principal.departments.map((dept) => [dept, {}])), active: false };
    open.push(connection as unknown as Connection);
    return connection;
  };
  const untilRead = (times: number) =>
    vi.waitFor(() => {
      expect(readings).toHaveLength(times);
    });
  return { check, endings, connect, readings, untilRead, endMembership };
}

describe('a check of the sessions', () => {
  it('leaves a connection alone that was opened during it: what it has read is older', async () => {
    const { check, endings, connect, readings, untilRead, endMembership } = checking();
    const former = connect(principalOf('icu'));
    endings.heardChanged();
    await untilRead(1);
    const latter = connect(principalOf('icu', 'surg'));
    endings.heardChanged();
    readings[0]?.(principalOf('icu'));
    await untilRead(2);
    expect(endMembership).not.toHaveBeenCalled();
    expect(latter.principal.departments).toEqual(['icu', 'surg']);
    readings[1]?.(principalOf('icu', 'surg'));
    await vi.waitFor(() => {
      expect(former.principal.departments).toEqual(['icu', 'surg']);
    });
    await check.beforeApplicationShutdown();
  });
});
