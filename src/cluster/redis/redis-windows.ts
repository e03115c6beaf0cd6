import type { Rate } from '../../platform/config/settings/setting.js';
import { WindowStore } from '../ports/window-store.js';
import type { RedisLink } from './redis-link.js';
import { SCRIPTS } from './scripts.js';

export class RedisWindows extends WindowStore {
  constructor(private readonly link: RedisLink) {
    super();
  }

  async hit(key: string, { count, seconds }: Rate): Promise<number> {
    return (await this.link.script(SCRIPTS.hit, key, count, seconds * 1000)) as number;
  }
}
