import { describe, expect, it } from 'vitest';
import { type SessionEnd, SessionWarnings } from './session-warnings.js';

const HOUR = 3600;
const lengths = { SESSION_IDLE_SEC: 8 * HOUR, SESSION_ABSOLUTE_SEC: 16 * HOUR };

/** The warnings that a client gets when these times are left, one check after another. */
function told(checks: { idleLeft: number; absoluteLeft: number }[], settings = lengths): unknown[] {
  const frames: unknown[] = [];
  const connection = { warnedOf: undefined as SessionEnd | undefined, send: (frame: unknown) => void frames.push(frame) };
  const warnings = new SessionWarnings(settings);
  for (const left of checks) warnings.warn(connection, left);
  return frames;
}

describe('session_expiring', () => {
  it('comes once, ten minutes before the absolute end', () => {
    const checks = [700, 640, 601, 600, 570, 540, 30].map((absoluteLeft) => ({ idleLeft: 8 * HOUR, absoluteLeft }));
    expect(told(checks)).toEqual([{ type: 'session_expiring', in_sec: 600 }]);
  });

  it('comes once, ten minutes before the idle end, and again only when the session was used meanwhile', () => {
    const checks = [610, 580.9, 550, 28_800, 28_770, 590, 560].map((idleLeft) => ({ idleLeft, absoluteLeft: 12 * HOUR }));
    expect(told(checks)).toEqual([
      { type: 'session_expiring', in_sec: 580 },
      { type: 'session_expiring', in_sec: 590 },
    ]);
  });

  it('names the nearer of two ends; who used the session is told of the one that stays', () => {
    const checks = [
      { idleLeft: 300, absoluteLeft: 500 },
      { idleLeft: 28_800, absoluteLeft: 470 },
      { idleLeft: 28_770, absoluteLeft: 440 },
    ];
    expect(told(checks)).toEqual([
      { type: 'session_expiring', in_sec: 300 },
      { type: 'session_expiring', in_sec: 470 },
    ]);
  });

  it('of a short session comes when half is left, not at its start', () => {
    const short = { SESSION_IDLE_SEC: 60, SESSION_ABSOLUTE_SEC: 57_600 };
    expect(
      told(
        [60, 45, 31, 30, 15].map((idleLeft) => ({ idleLeft, absoluteLeft: 57_000 })),
        short,
      ),
    ).toEqual([{ type: 'session_expiring', in_sec: 30 }]);
  });

  it('is never said of a session that is far from both', () => {
    expect(told([{ idleLeft: 601, absoluteLeft: 601 }])).toEqual([]);
  });
});
