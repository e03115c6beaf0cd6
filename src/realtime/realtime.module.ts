import { Module } from '@nestjs/common';
import { UpgradePreview } from './upgrade/upgrade-preview.js';
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
import { outboxProviders } from './outbox/outbox-parts.js';
import { LongPollPresence } from './streams/long-poll-presence.js';
import { RoundTrips } from './heartbeat/round-trips.js';
import { SessionCheck } from './sessions/session-check.js';
import { SocketCounts } from './sessions/socket-counts.js';
import { SocketInput } from './sessions/socket-input.js';
import { ClientFaults } from './sessions/client-faults.js';
import { SocketDrain } from './operations/socket-drain.js';
import { socketMetricProviders } from './operations/socket-metrics.js';
import { SocketObservers } from './connection/socket-observers.js';
import { Greeting } from './connection/greeting.js';
import { ConnectionLifecycle } from './sessions/connection-lifecycle.js';
import { SocketStats } from './statistics/socket-stats.service.js';
import { SocketTraffic } from './operations/socket-traffic.service.js';
import { SubscriptionsGateway } from './subscriptions/subscriptions.gateway.js';
import { Subscriptions } from './subscriptions/subscriptions.service.js';
import { SummaryPublisher } from './subscriptions/summary-publisher.js';
import { UpgradePipeline } from './upgrade/upgrade-pipeline.js';

/** The sockets: their upgrade, their frames, their subscriptions. Knows nothing of what is sent. */
@Module({
  controllers: [EventStreamController, DepartmentsStreamController, AdmissionController],
  providers: [
    ...socketMetricProviders,
    ...outboxProviders,
    UpgradePipeline,
    UpgradePreview,
    ClientRate,
    Connections,
    FrameRouter,
    ConnectionLifecycle,
    SocketInput,
    ClientFaults,
    Greeting,
    Subscriptions,
    SummaryPublisher,
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
