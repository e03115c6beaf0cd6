import { Module } from '@nestjs/common';
import { makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { CLUSTER_SETTINGS } from '../config/config.module.js';
import type { ClusterSettings } from '../config/cluster.settings.js';
import { Connections } from './connections.js';
import { EventStreamController } from './event-stream.controller.js';
import { EventStreams } from './event-streams.service.js';
import { FrameRouter } from './frame-router.js';
import { Heartbeat } from './heartbeat.js';
import { outboxProviders } from './outbox-parts.js';
import { LongPollPresence } from './long-poll-presence.js';
import { makeServerId, SERVER_ID } from './server-id.js';
import { SessionCheck } from './session-check.js';
import { SocketDrain } from './socket-drain.js';
import { SocketObservers } from './socket-observers.js';
import { SocketSessions } from './socket-sessions.js';
import { SubscriptionsGateway } from './subscriptions.gateway.js';
import { Subscriptions } from './subscriptions.service.js';
import { UpgradeAdmission } from './upgrade-admission.js';
import { upgradeGuardsProvider } from './upgrade-guards.js';

/** The sockets: their upgrade, their frames, their subscriptions. Knows nothing of what is sent. */
@Module({
  controllers: [EventStreamController],
  providers: [
    { provide: SERVER_ID, useFactory: (cluster: ClusterSettings) => cluster.SERVER_ID ?? makeServerId(), inject: [CLUSTER_SETTINGS] },
    makeGaugeProvider({ name: 'ws_connections', help: 'Open sockets of this node.' }),
    makeCounterProvider({ name: 'ws_connections_total', help: 'Sockets opened since the start.' }),
    makeCounterProvider({ name: 'ws_error_count', help: 'Errors on sockets: bad frames and network failures.' }),
    makeCounterProvider({ name: 'wardline_ws_closes_total', help: 'Sockets closed, by close code.', labelNames: ['code'] }),
    makeCounterProvider({ name: 'wardline_ws_rejected_total', help: 'Upgrades turned down, by reason.', labelNames: ['reason'] }),
    ...outboxProviders,
    upgradeGuardsProvider,
    UpgradeAdmission,
    Connections,
    FrameRouter,
    SocketSessions,
    Subscriptions,
    EventStreams,
    LongPollPresence,
    SubscriptionsGateway,
    SessionCheck,
    SocketObservers,
    Heartbeat,
    SocketDrain,
  ],
  exports: [SocketObservers, SERVER_ID, Connections],
})
export class RealtimeModule {}
