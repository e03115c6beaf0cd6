import { describe, expect, it } from 'vitest';
import { SessionEndings } from './session-endings.js';

/** Two nodes with relays to each other, and the endings that the sockets of each hear of. */
function twoNodes() {
  const nodes = [0, 1].map(() => ({ endings: new SessionEndings(), told: [] as string[] }));
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
});
