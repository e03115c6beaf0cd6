import { createClient, type ClientOptions, type DepartmentState, type EventFrame, type Wardline } from '@wardline/client';
import { checkedTransport } from './checked-transport.js';
import type { TestWardline } from '../wardline.js';
import { eventually } from '../eventually.js';

type Picture = Pick<DepartmentState, 'calls' | 'staff'>;

/** A screen on `@wardline/client` that keeps every event, and the picture after each. */
export class Following {
  readonly events: EventFrame[] = [];
  readonly pictures = new Map<number, Picture>();
  readonly client: Wardline;
  private readonly node: ReturnType<typeof checkedTransport>;

  private constructor(
    target: Pick<TestWardline, 'url' | 'ca'>,
    readonly dept: string,
    options: ClientOptions,
  ) {
    this.node = checkedTransport({ ca: target.ca });
    this.client = createClient({ url: target.url, ...this.node, ...options });
  }

  /** Resolves when it is live. */
  static async open(
    target: Pick<TestWardline, 'url' | 'ca' | 'firstRun'>,
    dept: string,
    { person = target.firstRun.admin, ...options }: ClientOptions & { person?: { username: string; password: string } } = {},
  ): Promise<Following> {
    const following = new Following(target, dept, options);
    await following.client.signIn({ username: person.username, password: person.password });
    const { department } = following;
    following.client.department(dept).on('*', (event) => {
      following.events.push(event);
      following.pictures.set(event.seq, department.getSnapshot());
    });
    await eventually(() => department.getSnapshot().live || undefined, 'the first picture');
    return following;
  }

  get department(): ReturnType<Wardline['department']> {
    return this.client.department(this.dept);
  }

  /** The newest event that it has. */
  get seq(): number {
    return this.department.getSnapshot().seq;
  }

  close(): void {
    this.client.close();
    this.node.close();
  }
}
