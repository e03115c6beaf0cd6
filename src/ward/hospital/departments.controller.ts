import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { asParam, CurrentReader, ForReaders } from '../../identity/access/access.js';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { notFound } from '../../platform/common/errors.js';
import { slug } from '../../platform/common/values/ids.js';
import { cursorParam, limitParam, type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { DepartmentDirectories, type DepartmentDirectory } from './department-directory.service.js';
import { type DepartmentView, DirectoryService } from './directory.service.js';

const listQuery = z.strictObject({ limit: limitParam, cursor: cursorParam, ...asParam });

@ApiTags('departments')
@Controller('api/v1/departments')
export class DepartmentsController {
  constructor(
    private readonly directory: DirectoryService,
    private readonly directories: DepartmentDirectories,
    private readonly access: DepartmentAccess,
  ) {}

  @ForReaders()
  @Get()
  async list(
    @CurrentReader() reader: ReaderPrincipal,
    @Query({ schema: listQuery }) { limit, cursor }: z.infer<typeof listQuery>,
  ): Promise<Page<DepartmentView>> {
    const after = readCursor(z.string(), cursor) ?? '';
    return toPage(await this.directory.departmentsOf(reader, after, limit + 1), limit, (last) => last.id);
  }

  /** Rooms, beds, stations, call types and colleagues by name. `ETag`: asked again with `If-None-Match` it is 304 until something has changed. */
  @ForReaders()
  @Get(':dept')
  @Header('Cache-Control', 'private, no-cache')
  async get(@CurrentReader() reader: ReaderPrincipal, @Param('dept', { schema: slug }) dept: string): Promise<DepartmentDirectory> {
    this.access.require(reader, dept);
    const found = await this.directories.read(dept);
    if (!found) throw notFound('department');
    return found;
  }
}
