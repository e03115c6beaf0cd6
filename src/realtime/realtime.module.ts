import { Module } from '@nestjs/common';
import { Admission } from './upgrade/admission.js';
import { AdmissionController } from './upgrade/admission.controller.js';
import { ClientRate } from './frames/client-rate.js';
import { ClusterConnections } from './operations/cluster-connections.service.js';
import { ConnectionDirectory } from './operations/connection-directory.service.js';
import { Connections } from './connection/connections.js';
import { DepartmentsStreamController } from './streams/departments-stream.controller.js';
import { EventStreamController } from './streams/event-stream.controller.js';
import { EventStreams } from './streams/event-streams.service.js';
import { FrameRouter } from './frames/frame-router.js';
import { Heartbeat } from './heartbeat/heartbeat.js';
import { outboxProviders } from './connection/outbox-parts.js';
import { LongPollPresence } from './streams/long-poll-presence.js';
import { RoundTrips } from './heartbeat/round-trips.js';
import { SessionCheck } from './sessions/session-check.js';
import { SocketCounts } from './sessions/socket-counts.js';
import { SocketDrain } from './operations/socket-drain.js';
import { socketMetricProviders } from './operations/socket-metrics.js';
import { SocketObservers } from './connection/socket-observers.js';
import { SocketSessions } from './sessions/socket-sessions.js';
import { SocketStats } from './statistics/socket-stats.service.js';
import { SocketTraffic } from './operations/socket-traffic.service.js';
import { SubscriptionsGateway } from './subscriptions/subscriptions.gateway.js';
import { Subscriptions } from './subscriptions/subscriptions.service.js';
import { SummaryBoard } from './subscriptions/summary-board.js';
import { UpgradeAdmission } from './upgrade/upgrade-admission.js';

/** The sockets: their upgrade, their frames, their subscriptions. Knows nothing of what is sent. */
@Module({
  controllers: [EventStreamController, DepartmentsStreamController, AdmissionController],
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
