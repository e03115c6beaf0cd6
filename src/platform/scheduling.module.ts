import { Global, Module } from '@nestjs/common';
import { DueRowProcessor } from './scheduling/due-row-processor.js';
import { DueWorkScheduler } from './scheduling/due-work-scheduler.js';
import { OutageWatch } from './scheduling/outage-watch.js';

/** Timers that live in the database: every node looks for what is due. */
@Global()
@Module({ providers: [DueWorkScheduler, DueRowProcessor, OutageWatch], exports: [DueWorkScheduler, DueRowProcessor, OutageWatch] })
export class SchedulingModule {}
