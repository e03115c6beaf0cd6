import { Global, Module } from '@nestjs/common';
import { DepartmentEventsController } from './transports/department-events.controller.js';
import { DepartmentSnapshots } from './snapshots/department-snapshots.js';
import { DepartmentSummaries } from './snapshots/department-summaries.js';
import { EventCatalog } from './log/event-catalog.js';
import { EventLog } from './log/event-log.js';
import { EventPoller } from './delivery/event-poller.js';
import { EventWaiter } from './delivery/event-waiter.js';
import { FeedTaps } from './delivery/feed-taps.js';
import { Feeds } from './delivery/feeds.js';
import { Followers } from './delivery/followers.js';
import { HistoryPages } from './delivery/history-pages.js';
import { LogEpoch } from './log/log-epoch.js';
import { resumeMetricProvider, Resumes } from './delivery/resumes.service.js';
import { FeedMetrics, feedMetricProviders } from './delivery/feed-metrics.js';
import { PollInterval } from './delivery/poll-interval.js';
import { WakeUps } from './log/wake-ups.js';
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
  Followers,
  EventWaiter,
  FeedTaps,
  Resumes,
  WakeUps,
];

/** The event log and its readers. Knows departments, and nothing of what the events mean. */
@Global()
@Module({
  controllers: [DepartmentEventsController, AcksController, DepartmentsPollController],
  providers: [...shown, ...feedMetricProviders, resumeMetricProvider, FeedMetrics, HistoryPages, PollInterval, DepartmentsPollService],
  exports: shown,
})
export class EventsModule {}
