import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../identity/access/access.js';
import { Cluster } from '../../cluster/node/cluster.js';
import { StaleServerSweep, type SweptRows } from '../../cluster/registry/stale-server-sweep.service.js';
import type { Page } from '../../platform/common/values/paging.js';
import { noBody, type NoBody } from '../../platform/common/values/validation.js';
import type { ClusterSettings } from '../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

interface ServerView {
  server_id: string;
  state: string;
  version: string;
  started_at: string;
  heartbeat_age_sec: number;
  stale: boolean;
  /** Users with a connection there. */
  online: number;
  connections: number;
  /** The node that answers. */
  self: boolean;
}

/** The nodes, and what dead ones left. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin')
export class ClusterAdminController {
  constructor(
    private readonly cluster: Cluster,
    private readonly sweep: StaleServerSweep,
    private readonly changes: AuditedChanges,
    @Inject(CLUSTER_SETTINGS) private readonly settings: ClusterSettings,
  ) {}

  /** While Redis is away: this node alone, and `degraded`. */
  @Get('servers')
  async servers(): Promise<Page<ServerView> & { degraded: boolean }> {
    const entries = await this.cluster.ask(({ servers }) => servers.list());
    const items = entries.map(({ serverId, state, version, startedAt, age, online, connections }) => ({
      server_id: serverId,
      state,
      version,
      started_at: new Date(startedAt).toISOString(),
      heartbeat_age_sec: Math.round(age / 100) / 10,
      stale: age > this.settings.SERVER_STALE_SEC * 1000,
      online,
      connections,
      self: serverId === this.cluster.serverId,
    }));
    return { items, next_cursor: null, degraded: this.cluster.isUp === false };
  }

  /** Runs the stale-server sweep now. @returns rows removed, by kind */
  @Post('gc')
  @HttpCode(200)
  async gc(@CurrentAdministrator() by: Administrator, @Body({ schema: noBody }) _body: NoBody): Promise<{ reaped: SweptRows }> {
    const reaped = await this.sweep.sweepAll();
    await this.changes.run(by, { action: 'cluster.gc', target: 'cluster', detail: reaped }, () => Promise.resolve());
    return { reaped };
  }
}
