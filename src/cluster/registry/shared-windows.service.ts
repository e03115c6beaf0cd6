import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import type { Rate } from '../../platform/config/settings/setting.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { Cluster } from '../node/cluster.js';

/** No command waits longer than this for the cluster's opinion. */
const PATIENCE_MS = 50;
/** After that nobody is kept waiting for a while. */
const REST_MS = 1000;

/** Sliding windows that all nodes count in together. */
@Injectable()
export class SharedWindows {
  private restUntil = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
  ) {}

  /** True when the cluster can be asked; otherwise the node's own window counts. */
  get canAsk(): boolean {
    return this.cluster.isUp === true && this.clock.monotonic() >= this.restUntil;
  }

  /**
   * Counts one, if there is room. Rejects only for a defect: an absent cluster is an answer.
   * @returns 0 when it was counted; else milliseconds until there is room; undefined when the cluster could not tell in 50 ms
   */
  async hit(key: string, rate: Rate): Promise<number | undefined> {
    const { shared } = this.cluster;
    if (!shared || !this.canAsk) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        setImmediate(resolve, undefined);
      }, PATIENCE_MS);
    });
    try {
      const wait = await Promise.race([shared.windows.hit(key, rate), late]);
      if (wait === undefined) this.restUntil = this.clock.monotonic() + REST_MS;
      return wait;
    } catch (error) {
      if (error instanceof BackplaneAway) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
