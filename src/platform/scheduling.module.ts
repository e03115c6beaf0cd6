import { Global, Module } from '@nestjs/common';
import { DueRows } from './scheduling/due-rows.js';
import { DueWorkScheduler } from './scheduling/due-work-scheduler.js';

/** Timers that live in the database: every node looks for what is due. */
@Global()
@Module({ providers: [DueWorkScheduler, DueRows], exports: [DueWorkScheduler, DueRows] })
export class SchedulingModule {}
