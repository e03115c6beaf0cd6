import { randomUUID } from 'node:crypto';
import { type CallView, createClient, type Wardline, webSocket } from '@wardline/client';
import { nodeTransport } from '@wardline/client/node';
import type { FirstRun } from './first-run.js';
import { until } from './contracts/support/until.js';

const PRESS_TYPES: Readonly<Record<string, string>> = {
  bedside: 'patient_normal',
  bathroom: 'bath_emergency',
  staff_console: 'staff_assist',
};

/** A person of the demo hospital, signed in, with the client SDK as their hands. */
export interface TestPerson {
  readonly id: string;
  readonly username: string;
  readonly client: Wardline;
}

/** The people and buttons of a test. */
export class TestWard {
  private readonly present: TestPerson[] = [];
  private readonly transport;

  constructor(
    private readonly url: string,
    ca: Buffer,
    private readonly firstRun: FirstRun,
  ) {
    this.transport = nodeTransport({ ca });
  }

  /** The next nurse of a department: signed in, connected, on duty. Their screen follows the department. */
  async nurse(dept: string): Promise<TestPerson> {
    const nurse = await this.next(({ role, departments }) => role === 'nurse' && departments.includes(dept), `nurse of ${dept}`);
    await this.follow(nurse, dept);
    await nurse.client.shifts.start(dept);
    return nurse;
  }

  /** The next manager of a department: signed in and connected. */
  async manager(dept: string): Promise<TestPerson> {
    const manager = await this.next(({ role, departments }) => role === 'manager' && departments.includes(dept), `manager of ${dept}`);
    await this.follow(manager, dept);
    return manager;
  }

  /** The administrator, signed in. */
  admin(): Promise<TestPerson> {
    return this.person(this.firstRun.admin.username);
  }

  /** A new person of any role, the hospital's own included, made by the administrator: signed in, a member of these departments. */
  async newcomer(role: string, ...departments: string[]): Promise<TestPerson> {
    const admin = await this.admin();
    const username = `${role.replaceAll('_', '-')}-${randomUUID().slice(0, 8)}`;
    const given = randomUUID();
    const { id } = (await admin.client.request('POST', '/admin/staff', {
      body: { username, name: username, role, password: given },
    })) as { id: string };
    for (const dept of departments) await admin.client.request('POST', '/admin/memberships', { body: { staff_id: id, dept } });
    // A password that another person has set must be changed first.
    const password = randomUUID();
    const first = this.client();
    await first.signIn({ username, password: given });
    await first.request('POST', '/auth/password', { body: { current_password: given, new_password: password } });
    first.close();
    const person = await this.signIn(username, password);
    for (const dept of departments) await this.follow(person, dept);
    return person;
  }

  /** Anybody of `first-run.json`, signed in. */
  async person(username: string): Promise<TestPerson> {
    const known = this.present.find((one) => one.username === username);
    if (known) return known;
    const found = [this.firstRun.admin, ...this.firstRun.staff].find((one) => one.username === username);
    if (!found) throw new Error(`nobody is called ${username}`);
    return this.signIn(username, found.password);
  }

  /** Presses a station's button. The type is that of the station's kind, unless given. */
  async press(station: string, type?: string): Promise<CallView> {
    const found = this.firstRun.stations.find(({ id }) => id === station);
    if (!found) throw new Error(`there is no station ${station}`);
    const response = await this.transport.fetch(new URL('/api/v1/stations/self/calls', this.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${found.key}`, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
      body: JSON.stringify({ type: type ?? PRESS_TYPES[found.kind] }),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`the press answered ${String(response.status)} ${JSON.stringify(body)}`);
    return body as CallView;
  }

  /** A request of anybody's, without a session. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.transport.fetch(new URL(path, this.url), init);
  }

  /** Looks until there is something to see. */
  until<T>(look: () => Promise<T | undefined> | T | undefined, what: string, patienceMs?: number): Promise<T> {
    return until(look, what, patienceMs);
  }

  /** Everybody's screen goes dark. */
  close(): void {
    for (const { client } of this.present.splice(0)) client.close();
    this.transport.close();
  }

  private client(): Wardline {
    const { fetch, WebSocket } = this.transport;
    return createClient({ url: this.url, transports: [webSocket()], fetch, WebSocket });
  }

  private async signIn(username: string, password: string): Promise<TestPerson> {
    const client = this.client();
    const { user } = await client.signIn({ username, password });
    const person = { id: user.id, username, client };
    this.present.push(person);
    return person;
  }

  private next(fits: (one: FirstRun['staff'][number]) => boolean, what: string): Promise<TestPerson> {
    const free = this.firstRun.staff.find((one) => fits(one) && !this.present.some(({ username }) => username === one.username));
    if (!free) throw new Error(`there is no other ${what}`);
    return this.person(free.username);
  }

  private async follow({ client }: TestPerson, dept: string): Promise<void> {
    const department = client.department(dept);
    department.subscribe(() => undefined);
    await this.until(() => (department.getSnapshot().live ? true : undefined), `a live picture of ${dept}`);
  }
}
