import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { Backplane } from '../ports/backplane.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { MemoryBackplane } from '../memory/memory-backplane.js';

/**
 * This node's own state and the state that the nodes share. The own part is always there: it answers while the shared one is
 * away, and the shared one is rebuilt from it.
 */
@Injectable()
export class Cluster implements OnModuleInit {
  readonly local: MemoryBackplane;

  /** @param shared null for one node alone */
  constructor(
    readonly serverId: string,
    readonly shared: Backplane | null,
    clock: Clock,
  ) {
    this.local = new MemoryBackplane(serverId, clock);
  }

  /** True while the shared state can be used; undefined for a single node. */
  get isUp(): boolean | undefined {
    return this.shared?.isUp;
  }

  /** Asks what the nodes share, or, while that is away, what this node knows. */
  async ask<T>(question: (backplane: Backplane) => Promise<T>): Promise<T> {
    if (this.shared?.isUp) {
      try {
        return await question(this.shared);
      } catch (error) {
        if (!(error instanceof BackplaneAway)) throw error;
      }
    }
    return question(this.local);
  }

  async onModuleInit(): Promise<void> {
    await this.shared?.start();
  }

  /** The last thing: rows of this node have been removed by now. */
  async stop(): Promise<void> {
    await this.shared?.stop();
  }
}
