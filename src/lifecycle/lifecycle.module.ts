import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Upkeep } from './upkeep.js';

@Module({ imports: [ScheduleModule.forRoot()], providers: [Upkeep] })
export class LifecycleModule {}
