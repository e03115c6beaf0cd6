import { Module } from '@nestjs/common';
import { Admission } from './admission.js';
import { AdmissionController } from './admission.controller.js';
import { ClientRate } from './client-rate.js';
import { ClusterConnections } from './cluster-connections.service.js';
import { ConnectionDirectory } from './connection-directory.service.js';
import { Connections } from './connections.js';
import { EventStreamController } from './event-stream.controller.js';
import { EventStreams } from './event-streams.service.js';
import { FrameRouter } from './frame-router.js';
import { Heartbeat } from './heartbeat.js';
import { outboxProviders } from './outbox-parts.js';
import { LongPollPresence } from './long-poll-presence.js';
import { RoundTrips } from './round-trips.js';
import { SessionCheck } from './session-check.js';
import { SocketCounts } from './socket-counts.js';
import { SocketDrain } from './socket-drain.js';
import { socketMetricProviders } from './socket-metrics.js';
import { SocketObservers } from './socket-observers.js';
import { SocketSessions } from './socket-sessions.js';
import { SocketStats } from './socket-stats.service.js';
import { SocketTraffic } from './socket-traffic.service.js';
import { SubscriptionsGateway } from './subscriptions.gateway.js';
import { Subscriptions } from './subscriptions.service.js';
import { SummaryBoard } from './summary-board.js';
import { UpgradeAdmission } from './upgrade-admission.js';

/** The sockets: their upgrade, their frames, their subscriptions. Knows nothing of what is sent. */
@Module({
  controllers: [EventStreamController, AdmissionController],
  providers: [
    ...socketMetricProviders,
    ...outboxProviders,
    UpgradeAdmission,
    Admission,
    ClientRate,
    Connections,
    FrameRouter,
    SocketSessions,
    Subscriptions,
    SummaryBoard,
    EventStreams,
    LongPollPresence,
    SubscriptionsGateway,
    SessionCheck,
    SocketObservers,
    ConnectionDirectory,
    ClusterConnections,
    Heartbeat,
    RoundTrips,
    SocketCounts,
    SocketStats,
    SocketTraffic,
    SocketDrain,
  ],
  exports: [SocketObservers, Connections, ClientRate, ClusterConnections, SocketStats, SocketTraffic, SocketDrain],
})
export class RealtimeModule {}
