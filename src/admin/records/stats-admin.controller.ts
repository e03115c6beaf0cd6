import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { Clock } from '../../platform/common/clock.js';
import { uptimeSec } from '../../platform/system/uptime.js';
import { NodeStats, type NodeStatValues } from '../../operations/metrics/node-stats.service.js';
import { StatsHistory } from '../../operations/metrics/stats-history.service.js';
import { SERVER_ID } from '../../cluster/node/server-id.js';
import { statsHistoryQuery } from '../shared/admin-schemas.js';

/** A node's figures at an instant, in Unix seconds. */
type Stats = NodeStatValues & { ts: number };

/** This node's state and counters, now and over the last day. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/stats')
export class StatsAdminController {
  constructor(
    private readonly node: NodeStats,
    private readonly past: StatsHistory,
    private readonly clock: Clock,
    @Inject(SERVER_ID) private readonly serverId: string,
  ) {}

  @Get()
  now(): Stats & { server: string; uptime_s: number } {
    return { server: this.serverId, ts: toSeconds(this.clock.now()), uptime_s: uptimeSec(), ...this.node.read() };
  }

  /** Samples every 10 seconds of the last hour, or every minute of the last day. Counters count from this node's start. */
  @Get('history')
  history(@Query({ schema: statsHistoryQuery }) { from, to, resolution }: z.infer<typeof statsHistoryQuery>) {
    const samples = this.past.between(resolution, from, to);
    const items: Stats[] = samples.map(({ at, values }) => ({ ts: toSeconds(at), ...values }));
    return { server: this.serverId, resolution, items, next_cursor: null };
  }
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
