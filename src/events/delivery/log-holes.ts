import { Injectable } from '@nestjs/common';

/**
 * The departments in whose log a reader of this node met a hole. A resume from before the hole starts from a snapshot: the log cannot
 * give what is missing, however often it is read. One entry a department.
 */
@Injectable()
export class LogHoles {
  private readonly ends = new Map<string, number>();

  /** @param next `seq` of the first event behind the hole */
  note(dept: string, next: number): void {
    this.ends.set(dept, Math.max(next, this.ends.get(dept) ?? 0));
  }

  /** @param from `seq` of the first event that the reader needs */
  liesAfter(dept: string, from: number): boolean {
    return from < (this.ends.get(dept) ?? 0);
  }
}
