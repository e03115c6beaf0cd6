import { Global, Module } from '@nestjs/common';
import { DepartmentEventsController } from './transports/department-events.controller.js';
import { DepartmentSnapshots } from './snapshots/department-snapshots.js';
import { DepartmentSummaries } from './snapshots/department-summaries.js';
import { EventCatalog } from './log/event-catalog.js';
import { EventLog } from './log/event-log.js';
import { DepartmentReads } from './delivery/feed/department-reads.js';
import { EventPublisher } from './delivery/feed/event-publisher.js';
import { EventPages } from './transports/event-pages.js';
import { ReaderWait } from './transports/reader-wait.js';
import { EventPoller } from './delivery/feed/event-poller.js';
import { EventWaiter } from './delivery/event-waiter.js';
import { DeliveryListeners } from './delivery/feed/delivery-listeners.js';
import { Feeds } from './delivery/feed/feeds.js';
import { LogHoles } from './delivery/log-holes.js';
import { LogSubscriberFactory } from './delivery/log-subscriber-factory.js';
import { HistoryPages } from './delivery/history-pages.js';
import { HistoryNote } from './delivery/feed/history-note.js';
import { HistoryWatch } from './delivery/feed/history-watch.js';
import { LogEpoch } from './log/log-epoch.js';
import { resumeMetricProvider, ResumeService } from './delivery/resume.service.js';
import { FeedMetrics, feedMetricProviders } from './delivery/feed/feed-metrics.js';
import { PollInterval } from './delivery/feed/poll-interval.js';
import { consumerLagMetric, EventConsumers } from './consumers/event-consumers.js';
import { LogNotifier } from './log/log-notifier.js';
import { DepartmentsPollController } from './transports/departments-poll.controller.js';
import { DepartmentsPollService } from './transports/departments-poll.service.js';
import { AcksController } from './transports/acks.controller.js';
import { DeliveryProgress } from './delivery/delivery-progress.js';

const shown = [
  DeliveryProgress,
  EventLog,
  EventCatalog,
  DepartmentSnapshots,
  DepartmentSummaries,
  Feeds,
  LogEpoch,
  EventPoller,
  LogHoles,
  LogSubscriberFactory,
  EventWaiter,
  DeliveryListeners,
  ResumeService,
  LogNotifier,
  EventConsumers,
];

/** The event log and its readers. Knows departments, and nothing of what the events mean. */
@Global()
@Module({
  controllers: [DepartmentEventsController, AcksController, DepartmentsPollController],
  providers: [
    ...shown,
    ...feedMetricProviders,
    resumeMetricProvider,
    consumerLagMetric,
    FeedMetrics,
    EventPublisher,
    DepartmentReads,
    EventPages,
    ReaderWait,
    HistoryPages,
    HistoryNote,
    HistoryWatch,
    PollInterval,
    DepartmentsPollService,
  ],
  exports: shown,
})
export class EventsModule {}
