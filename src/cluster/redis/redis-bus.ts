import { BusTransport, type Heard, type Target } from '../ports/bus-transport.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import type { RedisLink } from './redis-link.js';
import { SCRIPTS } from './scripts.js';

/**
 * Plain publish and subscribe. A node listens to its own channel, to the channel of all, and to the channels of departments
 * with a reader on it. A message for a user or a room goes to the channels of their nodes.
 */
export class RedisBus extends BusTransport {
  private readonly own: readonly string[];
  private readonly departments = new Set<string>();
  private listener: (heard: Heard) => void = () => undefined;

  constructor(
    private readonly link: RedisLink,
    private readonly prefix: string,
    private readonly serverId: string,
  ) {
    super();
    this.own = [`${prefix}n:${serverId}`, `${prefix}all`];
    link.beforeUp = () => this.subscribeAgain();
  }

  async publish(target: Target, text: string): Promise<number> {
    if (target === 'all') return this.publishTo('all', text);
    if ('server' in target) return this.publishTo(`n:${target.server}`, text);
    if ('dept' in target) return this.publishTo(`d:${target.dept}`, text);
    const [script, name] = 'user' in target ? [SCRIPTS.publishToUser, target.user] : [SCRIPTS.publishToRoom, target.room];
    return (await this.link.script(script, name, this.serverId, text)) as number;
  }

  listen(listener: (heard: Heard) => void): void {
    this.listener = listener;
  }

  async follow(dept: string): Promise<void> {
    this.departments.add(dept);
    if (!this.link.isUp) throw new BackplaneAway('Redis is away');
    await this.link.subscribe([`${this.prefix}d:${dept}`], this.hear);
  }

  async unfollow(dept: string): Promise<void> {
    this.departments.delete(dept);
    if (!this.link.isUp) throw new BackplaneAway('Redis is away');
    await this.link.unsubscribe([`${this.prefix}d:${dept}`]);
  }

  private readonly hear = (text: string, channel: string): void => {
    const name = channel.slice(this.prefix.length);
    this.listener({ dept: name.startsWith('d:') ? name.slice(2) : null, text });
  };

  private async publishTo(channel: string, text: string): Promise<number> {
    return (await this.link.run('PUBLISH', this.prefix + channel, text)) as number;
  }

  /** The client subscribes again to what it knows of; what came or went while Redis was away it does not know. */
  private async subscribeAgain(): Promise<void> {
    const wanted = new Set([...this.own, ...[...this.departments].map((dept) => `${this.prefix}d:${dept}`)]);
    const surplus = this.link.channels.filter((channel) => !wanted.has(channel));
    if (surplus.length > 0) await this.link.unsubscribe(surplus);
    await this.link.subscribe([...wanted], this.hear);
  }
}
