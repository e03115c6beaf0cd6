import { type CallView, createClient, type Department, type DepartmentState, type Wardline, type WardlineProtocol } from '@wardline/client';
import { nodeTransport } from '@wardline/client/node';
import type { Plan } from './plan.js';

/** A nurse of the demo with a screen of their own. */
export class DemoNurse {
  private constructor(
    readonly staffId: string,
    private readonly dept: string,
    private readonly client: Wardline,
    private readonly department: Department<WardlineProtocol>,
    private readonly transport: { close(): void },
  ) {}

  /** Signs in, follows the department and comes on duty. */
  static async comeOnDuty(
    url: string,
    ca: Buffer | undefined,
    dept: string,
    credentials: { username: string; password: string },
  ): Promise<DemoNurse> {
    const transport = nodeTransport(ca === undefined ? {} : { ca });
    const client = createClient({ url, fetch: transport.fetch, WebSocket: transport.WebSocket });
    const { user } = await client.signIn({ username: credentials.username, password: credentials.password });
    const department = client.department(dept);
    department.subscribe(() => undefined);
    await client.shifts.start(dept);
    return new DemoNurse(user.id, dept, client, department, transport);
  }

  get picture(): DepartmentState {
    return this.department.getSnapshot();
  }

  act(act: Plan['act'], { id }: CallView): Promise<unknown> {
    return act === 'decline' ? this.client.calls.decline(id, { code: 'busy' }) : this.client.calls[act](id);
  }

  beginBreak(ms: number): Promise<unknown> {
    return this.client.shifts.pause(this.dept, { until: new Date(this.client.serverNow() + ms).toISOString() });
  }

  endBreak(): Promise<unknown> {
    return this.client.shifts.resume(this.dept);
  }

  leave(): void {
    this.client.close();
    this.transport.close();
  }
}
