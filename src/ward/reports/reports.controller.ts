import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { slug } from '../../platform/common/values/ids.js';
import { ForManagers } from '../staffing/managers-routes.js';
import type { Report } from './report.js';
import { csvFileName, toCsv } from './report-csv.js';
import { reportQuery, type ReportQuery } from './report-period.js';
import { ReportsService } from './reports.service.js';

const JSON_TYPE = 'application/json';
const CSV_TYPE = 'text/csv';

@ApiTags('departments')
@ForManagers('report.read')
@Controller('api/v1/departments/:dept/report')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  /** How long the calls of a period took, how far they climbed, who did the work. CSV where `Accept` prefers it. */
  @Get()
  @ApiProduces(JSON_TYPE, CSV_TYPE)
  async report(
    @Param('dept', { schema: slug }) dept: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Report | string> {
    const report = await this.reports.read(dept, query);
    response.vary('Accept');
    if (request.accepts([JSON_TYPE, CSV_TYPE]) !== CSV_TYPE) return report;
    response.attachment(csvFileName(report));
    return toCsv(report);
  }
}
