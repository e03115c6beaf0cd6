import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { And, EntityManager, In, IsNull, MoreThan } from 'typeorm';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { Department } from './entities/department.entity.js';

export interface DepartmentView {
  id: string;
  name: string;
}

/** The part of the hospital's directory that a reader may see. */
@Injectable()
export class DirectoryService {
  constructor(@InjectEntityManager() private readonly manager: EntityManager) {}

  departmentsOf(reader: ReaderPrincipal, after: string, limit: number): Promise<DepartmentView[]> {
    const id = reader.role === 'admin' ? MoreThan(after) : And(MoreThan(after), In(reader.departments));
    return this.manager.find(Department, {
      select: { id: true, name: true },
      where: { id, retiredAt: IsNull() },
      order: { id: 'ASC' },
      take: limit,
    });
  }
}
