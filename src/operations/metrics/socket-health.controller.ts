import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../identity/access/access.js';
import { SocketStats, type SocketStatValues } from '../../realtime/statistics/socket-stats.service.js';
import { NodeStats } from './node-stats.service.js';

/** How the sockets of this node stand, for who watches it. No sign-in; numbers only. Never looks at a dependency. */
@ApiTags('health')
@Public()
@Controller()
export class SocketHealthController {
  constructor(
    private readonly node: NodeStats,
    private readonly stats: SocketStats,
  ) {}

  @Get('ws-health')
  sockets() {
    const { connections, pending_msgs, memory_mb } = this.node.read();
    return { connections, pending_msgs, memory_mb, uptime_s: Math.floor(process.uptime()) };
  }

  /** The counters of this node since its start. */
  @Get('healthz/ws')
  counters(): SocketStatValues {
    return this.stats.read();
  }
}
