import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/common/errors.js';
import type { StoredEvent } from '../log/event.js';
import { EventCatalog } from '../log/event-catalog.js';
import { EventLog, type Head } from '../log/event-log.js';

/** Pages of departments' logs, in the form in which clients get events over HTTP. */
@Injectable()
export class EventPages {
  constructor(
    private readonly log: EventLog,
    private readonly catalog: EventCatalog,
  ) {}

  /** @throws DomainError NOT_FOUND where there is no such department */
  async head(dept: string): Promise<Head> {
    const head = await this.log.head(dept);
    if (!head) throw notFound('department');
    return head;
  }

  /** Up to `limit` events behind `after`, in order. */
  async read(dept: string, after: number, limit: number) {
    const events = await this.log.page(dept, after, limit);
    return events.map((event) => this.view(event));
  }

  private view({ id, seq, type, time, data }: StoredEvent) {
    return { id, seq, type, time, critical: this.catalog.isCritical(type, data), data: JSON.parse(data) as unknown };
  }
}
