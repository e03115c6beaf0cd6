import { Module } from '@nestjs/common';
import { ReportsController } from './reports.controller.js';
import { ReportsService } from './reports.service.js';

/** What a department's calls and nurses did in a period. */
@Module({ controllers: [ReportsController], providers: [ReportsService] })
export class ReportsModule {}
