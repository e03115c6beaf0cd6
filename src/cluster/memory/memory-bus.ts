import { BusTransport, type Heard, type Target } from '../ports/bus-transport.js';
import type { MemoryWorld } from './memory-world.js';

export class MemoryBus extends BusTransport {
  constructor(
    private readonly world: MemoryWorld,
    private readonly serverId: string,
  ) {
    super();
  }

  publish(target: Target, text: string): Promise<number> {
    const nodes = this.nodesOf(target).flatMap((serverId) => this.world.servers.get(serverId) ?? []);
    const dept = typeof target === 'object' && 'dept' in target ? target.dept : null;
    for (const node of nodes) {
      setImmediate(() => {
        node.hear({ dept, text });
      });
    }
    return Promise.resolve(nodes.length);
  }

  listen(listener: (heard: Heard) => void): void {
    const server = this.world.servers.get(this.serverId);
    if (server) server.hear = listener;
  }

  follow(dept: string): Promise<void> {
    this.world.servers.get(this.serverId)?.departments.add(dept);
    return Promise.resolve();
  }

  unfollow(dept: string): Promise<void> {
    this.world.servers.get(this.serverId)?.departments.delete(dept);
    return Promise.resolve();
  }

  private nodesOf(target: Target): string[] {
    if (target === 'all') return [...this.world.servers.keys()];
    if ('server' in target) return [target.server];
    if ('dept' in target) return [...this.world.servers].filter(([, server]) => server.departments.has(target.dept)).map(([id]) => id);
    const at = 'user' in target ? this.world.owners.of(target.user) : (this.world.rooms.get(target.room)?.values() ?? []);
    const nodes = new Set([...at].map(({ serverId }) => serverId));
    nodes.delete(this.serverId);
    return [...nodes];
  }
}
