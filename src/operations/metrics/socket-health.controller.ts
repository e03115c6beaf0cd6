import { Controller, Get, type OnModuleInit, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../identity/access/access.js';
import { uptimeSec } from '../../platform/system/uptime.js';
import { SocketStats } from '../../realtime/statistics/socket-stats.service.js';
import { ProbeAnswers } from '../health/probe-answers.js';
import { NodeStats } from './node-stats.service.js';

/** The state of this node's sockets, for monitoring. No sign-in; numbers only. Never looks at a dependency. */
@ApiTags('health')
@Public()
@Controller()
export class SocketHealthController implements OnModuleInit {
  constructor(
    private readonly probes: ProbeAnswers,
    private readonly node: NodeStats,
    private readonly stats: SocketStats,
  ) {}

  onModuleInit(): void {
    this.probes.answer('/ws-health', () => {
      const { connections, pending_msgs, memory_mb } = this.node.read();
      return { status: 200, body: { connections, pending_msgs, memory_mb, uptime_s: uptimeSec() } };
    });
    this.probes.answer('/healthz/ws', () => ({ status: 200, body: this.stats.read() }));
  }

  /** Connections, what waits for them, and memory. */
  @Get('ws-health')
  sockets(@Res() response: Response): Promise<void> {
    return this.probes.send('/ws-health', response);
  }

  /** The counters of this node since its start. */
  @Get('healthz/ws')
  counters(@Res() response: Response): Promise<void> {
    return this.probes.send('/healthz/ws', response);
  }
}
