import { Injectable } from '@nestjs/common';
import { MemoryGauge } from '../health/memory-gauge.js';
import { SOCKET_STATS, SocketStats } from '../../realtime/statistics/socket-stats.service.js';
import { SocketTraffic } from '../../realtime/operations/socket-traffic.service.js';

const GAUGES = ['connections', 'pending_msgs', 'memory_mb', 'memory_pct'] as const;
const TOTALS = ['messages_in', 'messages_out', 'bytes_in', 'bytes_out', ...SOCKET_STATS] as const;

/** A node's figures at an instant: gauges of its state, and totals since its start. */
export const NODE_STATS = [...GAUGES, ...TOTALS] as const;
export type NodeStat = (typeof NODE_STATS)[number];
export type NodeStatValues = Readonly<Record<NodeStat, number>>;

/** This node, in figures. */
@Injectable()
export class NodeStats {
  constructor(
    private readonly stats: SocketStats,
    private readonly traffic: SocketTraffic,
    private readonly memory: MemoryGauge,
  ) {}

  read(): NodeStatValues {
    const { bytesIn, bytesOut, messagesIn, messagesOut } = this.traffic.totals();
    return {
      connections: this.traffic.connectionCount,
      pending_msgs: this.traffic.pendingMessages,
      memory_mb: this.memory.usedMb,
      memory_pct: this.memory.percent,
      messages_in: messagesIn,
      messages_out: messagesOut,
      bytes_in: bytesIn,
      bytes_out: bytesOut,
      ...this.stats.read(),
    };
  }
}
