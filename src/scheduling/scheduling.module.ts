import { Global, Module } from '@nestjs/common';
import { DueWorkScheduler } from './due-work-scheduler.js';

/** Timers that live in the database: every node looks for what is due. */
@Global()
@Module({ providers: [DueWorkScheduler], exports: [DueWorkScheduler] })
export class SchedulingModule {}
