import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, In, IsNull, MoreThan } from 'typeorm';
import { boardCodeHash, newBoardCode } from '../../identity/boards/board-code.js';
import { Board } from '../../identity/entities/board.entity.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { notFound } from '../../platform/common/errors.js';
import { newId, NIL_ID, uuid } from '../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { Department } from '../../ward/hospital/entities/department.entity.js';
import type { PageQuery } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

/** A code waits this long for its board. */
const CODE_HOURS = 24;

/** A board, as administrators see it. */
export interface BoardView {
  id: string;
  name: string;
  departments: string[];
  created_at: string;
  /** Null while the code waits for its board. */
  exchanged_at: string | null;
  last_seen_at: string | null;
  address: string | null;
  /** The end of a code that waits. */
  code_expires_at: string | null;
}

/** Wall boards: made by an administrator, opened once by a code, kept until an administrator revokes them. */
@Injectable()
export class BoardsAdminService {
  constructor(
    @InjectEntityManager() private readonly manager: EntityManager,
    private readonly changes: AuditedChanges,
    private readonly endings: SessionEndings,
  ) {}

  /** By id, which rises with the time of making. */
  async list({ limit, cursor }: PageQuery): Promise<Page<BoardView>> {
    const boards = await this.manager.find(Board, {
      where: { id: MoreThan(readCursor(uuid, cursor) ?? NIL_ID), revokedAt: IsNull() },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    return toPage(await views(this.manager, boards), limit, (last) => last.id);
  }

  /** @throws DomainError NOT_FOUND for a department that is not there */
  create(
    by: Administrator,
    { name, departments }: { name: string; departments: readonly string[] },
  ): Promise<BoardView & { code: string }> {
    const id = newId();
    return this.changes.run(by, { action: 'board.create', target: `board:${id}`, detail: { departments } }, async (tx) => {
      const asked = [...new Set(departments)];
      // Kept from being retired until the board is there.
      const found = await tx.manager.find(Department, {
        where: { id: In(asked), retiredAt: IsNull() },
        lock: { mode: 'for_key_share' },
      });
      if (found.length < asked.length) throw notFound('department');
      const code = newBoardCode();
      const codeExpiresAt = () => `app_now() + interval '${String(CODE_HOURS)} hours'`;
      await tx.manager.insert(Board, { id, name, departments: asked, codeHash: boardCodeHash(code), codeExpiresAt });
      const [board] = await views(tx.manager, [await tx.manager.findOneByOrFail(Board, { id })]);
      if (!board) throw new Error('a new board has no row');
      return { ...board, code };
    });
  }

  /** Its sockets close when the transaction has committed, on every node. @throws DomainError NOT_FOUND */
  async revoke(by: Administrator, id: string): Promise<void> {
    await this.changes.run(by, { action: 'board.revoke', target: `board:${id}` }, async (tx) => {
      const inForce = { id, revokedAt: IsNull() };
      const { affected } = await tx.manager.update(Board, inForce, { revokedAt: () => 'app_now()', codeHash: null });
      if (affected !== 1) throw notFound('board');
      tx.afterCommit(() => {
        this.endings.ended([id]);
      });
    });
  }
}

/** With those of their departments that are in use. */
async function views(manager: EntityManager, boards: readonly Board[]): Promise<BoardView[]> {
  const ids = [...new Set(boards.flatMap(({ departments }) => departments))];
  const inUse = await manager.find(Department, { where: { id: In(ids), retiredAt: IsNull() }, order: { id: 'ASC' } });
  return boards.map((board) => ({
    id: board.id,
    name: board.name,
    departments: inUse.map(({ id }) => id).filter((id) => board.departments.includes(id)),
    created_at: board.createdAt.toISOString(),
    exchanged_at: board.exchangedAt?.toISOString() ?? null,
    last_seen_at: board.lastSeenAt?.toISOString() ?? null,
    address: board.address,
    code_expires_at: board.exchangedAt === null ? board.codeExpiresAt.toISOString() : null,
  }));
}
