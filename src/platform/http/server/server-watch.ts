import type { Server } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Counter } from 'prom-client';
import { openFilesLimit } from '../../system/open-files.js';
import { PacedWarnings } from '../../logging/paced-warnings.js';
import { OverloadReporter } from '../../limits/overload-reporter.js';
import { REALTIME_SETTINGS } from '../../config/config.module.js';
import type { RealtimeSettings } from '../../config/settings/realtime.settings.js';
import { MetricsRegistry } from '../../metrics/metrics-registry.js';
import { LiveLimits } from '../../limits/live-limits.service.js';
import { cutSlowHandshakes } from './handshake-deadline.js';
import { answerUnreadableRequests } from './unreadable-requests.js';

/** Requests and handshakes besides the sockets that are let in. */
const SPARE_CONNECTIONS = 1024;
/** For pools, logs and whatever else a process opens. */
const SPARE_FILES = 128;

type Cut = 'slow_handshake' | 'malformed' | 'too_many';

/** Keeps the server's connections within bounds, and counts those that never became a request. */
@Injectable()
export class ServerWatch implements OnModuleInit {
  private readonly tlsErrors: Counter;
  private readonly cuts: Counter;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly limits: LiveLimits,
    private readonly overload: OverloadReporter,
    private readonly warnings: PacedWarnings,
    @Inject(REALTIME_SETTINGS) private readonly realtime: RealtimeSettings,
    registry: MetricsRegistry,
  ) {
    const registers = [registry];
    this.tlsErrors = new Counter({ name: 'wardline_tls_errors_total', help: 'TLS handshakes that failed.', registers });
    this.cuts = new Counter({
      name: 'wardline_connections_cut_total',
      help: 'Connections that never became a request: slow handshakes, malformed data, too many.',
      labelNames: ['reason'],
      registers,
    });
  }

  onModuleInit(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    cutSlowHandshakes(server, this.realtime.HANDSHAKE_TIMEOUT_SEC * 1000, () => {
      this.cut('slow_handshake');
    });
    answerUnreadableRequests(server, () => {
      this.cut('malformed');
    });
    server.on('tlsClientError', () => {
      this.tlsErrors.inc();
    });
    server.on('shed', this.overload.shed);
    server.on('drop', () => {
      this.cut('too_many');
      this.warnings.warn('server.connections_dropped', { max: server.maxConnections });
    });
    // Out of files, above all: it passes, and who is connected must not pay for it.
    server.on('error', (error) => {
      this.warnings.warn('server.accept_failed', { error });
    });
    this.bound(server);
    this.limits.onChange(() => {
      this.bound(server);
    });
  }

  /** Beyond it connections are dropped as they come, before they cost anything. */
  private bound(server: Server): void {
    const wanted = 2 * this.limits.current.MAX_CONNECTIONS + SPARE_CONNECTIONS;
    const possible = openFilesLimit() - SPARE_FILES;
    server.maxConnections = Math.max(1, Math.min(wanted, possible));
  }

  private cut(reason: Cut): void {
    this.cuts.inc({ reason });
  }
}
