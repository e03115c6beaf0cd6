import { Module } from '@nestjs/common';
import { StaffingModule } from './staffing.module.js';
import { ReportsController } from './reports/reports.controller.js';
import { ReportsService } from './reports/reports.service.js';

/** Reports on a department's calls and nurses in a period. */
@Module({ imports: [StaffingModule], controllers: [ReportsController], providers: [ReportsService] })
export class ReportsModule {}
