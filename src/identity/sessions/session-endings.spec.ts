import { describe, expect, it } from 'vitest';
import { EndedSessions } from '../access/ended-sessions.js';
import { SessionEndings } from './session-endings.js';

/** Two nodes with relays to each other, and the endings that the sockets of each hear of. */
function twoNodes() {
  const nodes = [0, 1].map(() => {
    const recent = new EndedSessions();
    return { recent, endings: new SessionEndings(recent), told: [] as string[] };
  });
  for (const [index, { endings, told }] of nodes.entries()) {
    const other = nodes[1 - index]!.endings;
    endings.listen({ ended: (ids) => void told.push(...ids), changed: () => void told.push('changes') });
    endings.relay({
      ended: (ids) => {
        other.heardEnded(ids);
      },
      changed: () => {
        other.heardChanged();
      },
    });
  }
  return nodes as [(typeof nodes)[0], (typeof nodes)[0]];
}

describe('endings of sessions', () => {
  it('are told to the node itself and through its relay to others, once each', () => {
    const [here, there] = twoNodes();
    here.endings.ended(['a', 'b']);
    there.endings.changed();
    expect(here.told).toEqual(['a', 'b', 'changes']);
    expect(there.told).toEqual(['a', 'b', 'changes']);
  });

  it('are remembered on every node, the newest of them', () => {
    const [here, there] = twoNodes();
    here.endings.ended(['first']);
    for (const { recent } of [here, there]) expect([recent.has('first'), recent.has('other')]).toEqual([true, false]);
    here.endings.ended(Array.from({ length: 10_000 }, (_, n) => `session ${String(n)}`));
    expect([here.recent.has('first'), here.recent.has('session 0')]).toEqual([false, true]);
  });

  it('leave a mark when roles or memberships change', () => {
    const [here, there] = twoNodes();
    expect(there.endings.hasChangedWithin(60_000)).toBe(false);
    here.endings.changed();
    expect(there.endings.hasChangedWithin(60_000)).toBe(true);
  });
});
