import { type EntityManager, IsNull } from 'typeorm';
import { notFound } from '../../platform/common/errors.js';
import { Department } from '../../ward/hospital/entities/department.entity.js';

/** @throws DomainError NOT_FOUND for a department that is not there, or is retired */
export async function requireDepartment(manager: EntityManager, id: string): Promise<void> {
  if (!(await manager.existsBy(Department, { id, retiredAt: IsNull() }))) throw notFound('department');
}
