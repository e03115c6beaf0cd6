import { Global, Module } from '@nestjs/common';
import { DepartmentEventsController } from './department-events.controller.js';
import { DepartmentSnapshots } from './department-snapshots.js';
import { DepartmentSummaries } from './department-summaries.js';
import { EventCatalog } from './event-catalog.js';
import { EventLog } from './event-log.js';
import { EventPoller } from './event-poller.js';
import { EventWaiter } from './event-waiter.js';
import { FeedTaps } from './feed-taps.js';
import { Feeds } from './feeds.js';
import { Followers } from './followers.js';
import { HistoryPages } from './history-pages.js';
import { LogEpoch } from './log-epoch.js';
import { resumeMetricProvider, Resumes } from './resumes.service.js';
import { FeedMetrics, feedMetricProviders } from './feed-metrics.js';
import { PollInterval } from './poll-interval.js';
import { WakeUps } from './wake-ups.js';

const shown = [
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
  controllers: [DepartmentEventsController],
  providers: [...shown, ...feedMetricProviders, resumeMetricProvider, FeedMetrics, HistoryPages, PollInterval],
  exports: shown,
})
export class EventsModule {}
