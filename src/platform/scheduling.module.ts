import { Global, Module } from '@nestjs/common';
import { DueRowProcessor } from './scheduling/due-row-processor.js';
import { DueWorkScheduler } from './scheduling/due-work-scheduler.js';

/** Timers that live in the database: every node looks for what is due. */
@Global()
@Module({ providers: [DueWorkScheduler, DueRowProcessor], exports: [DueWorkScheduler, DueRowProcessor] })
export class SchedulingModule {}
