import { asStation, request, signIn, Socket, type Answer, type AnyFrame, type Session } from './clients/client.js';
import { closeAllCalls, outcomeOf, readLog, type CallCommand, type Outcome } from './clients/person.js';
import { untilScanned } from './checks/scans.js';
import { startTestWardline, type TestWardline } from './wardline.js';
import { eventually } from './eventually.js';

/** Longer than any grace or buffer: who was here before is forgotten. */
const LONG_AGO_SEC = 400;

/**
 * A test moves the clock by minutes at once, and the node's own heartbeat must neither look late nor come much later for it. A test
 * that is about heartbeats sets its own.
 */
const CALM: Record<string, string> = {
  CLIENT_RATE_LIMIT: '0',
  CONNECT_RATE_LIMIT: '0',
  SERVER_HEARTBEAT_SEC: '1',
  SERVER_STALE_SEC: '86400',
  // No client here acknowledges.
  RECEIPT_SEC: '0',
};

/** Someone of the demo hospital: signed in over HTTP, connected only while the test says so. */
export class Member {
  /** Open ones, oldest first. */
  readonly sockets: Socket[] = [];

  constructor(
    private readonly ward: Ward,
    readonly name: string,
    readonly session: Session,
  ) {}

  get id(): string {
    return this.session.user.id;
  }

  /** Resolves when the server counts the connection. */
  async connect(node: TestWardline = this.ward.wardline): Promise<Socket> {
    const socket = await Socket.open(node, this.session.cookie);
    await socket.until((frame) => frame.type === 'hello', 'hello');
    this.sockets.push(socket);
    await this.counted();
    return socket;
  }

  /** Closes one, or all, and resolves when the server has noticed. */
  async disconnect(socket?: Socket): Promise<void> {
    const closing = socket ? [socket] : [...this.sockets];
    for (const one of closing) {
      this.sockets.splice(this.sockets.indexOf(one), 1);
      one.close();
    }
    for (const one of closing) await one.untilClosed();
    await this.counted();
  }

  async startShift(dept: string): Promise<void> {
    const answer = await this.session.post(`/departments/${dept}/shifts`);
    if (answer.status >= 300) throw new Error(`${this.name}: shift start answered ${String(answer.status)}`);
  }

  /** Also where nobody else can be reached. */
  endShift(dept: string): Promise<Answer> {
    return this.session.send('DELETE', `/departments/${dept}/shifts/mine?confirm=true`);
  }

  pause(dept: string, body: Record<string, unknown> = { confirm: true }): Promise<Answer> {
    return this.session.post(`/departments/${dept}/shifts/mine/pause`, body);
  }

  resume(dept: string): Promise<Answer> {
    return this.session.post(`/departments/${dept}/shifts/mine/resume`);
  }

  async command(command: CallCommand, call: AnyFrame, fields: Record<string, unknown> = {}): Promise<Outcome> {
    return outcomeOf(await this.session.post(`/calls/${call.id as string}/${command}`, fields));
  }

  /** The connections are written down a moment after `hello` and after the close; a person who is back after the grace rejoins after that. */
  private async counted(): Promise<void> {
    await eventually(async () => {
      const [row] = await this.ward.wardline.database.query<{ connections: number; is_absent: boolean }>(
        `SELECT (SELECT count(*)::int FROM staff_connections WHERE staff_id = $1) AS connections,
           EXISTS (SELECT FROM staff_absences WHERE staff_id = $1) AS is_absent`,
        [this.id],
      );
      const isIn = row?.connections === this.sockets.length && (this.sockets.length === 0 || !row.is_absent);
      return isIn ? true : undefined;
    }, `the connections of ${this.name}`);
  }

  /** A command that must succeed. @returns the call */
  async does(command: CallCommand, call: AnyFrame): Promise<AnyFrame> {
    const outcome = await this.command(command, call);
    if (!outcome.ok) throw new Error(`${this.name}: ${command} answered ${String(outcome.status)} ${String(outcome.code)}`);
    return outcome.call;
  }
}

/** A ward on a database and a clock of its own, and the people whom a test sends there. */
export class Ward {
  private readonly members = new Map<string, Member>();
  private readonly others: TestWardline[] = [];
  private turn = 0;

  private constructor(
    readonly wardline: TestWardline,
    readonly admin: Session,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<Ward> {
    const wardline = await startTestWardline({ env: { ...CALM, ...env } });
    return new Ward(wardline, await signIn(wardline, 'admin'));
  }

  /** Another node on the same database. */
  async node(env: Record<string, string> = {}): Promise<TestWardline> {
    const other = await startTestWardline({ env: { ...CALM, ...env }, sharedWith: this.wardline });
    this.others.push(other);
    return other;
  }

  async member(name: string): Promise<Member> {
    const known = this.members.get(name);
    if (known) return known;
    const member = new Member(this, name, await signIn(this.wardline, name));
    this.members.set(name, member);
    return member;
  }

  /** A person whose session has ended signs in again when they are needed next. */
  async forget(name: string): Promise<void> {
    const member = this.members.get(name);
    for (const socket of member?.sockets.splice(0) ?? []) socket.close();
    if (member) {
      await this.wardline.database.query(
        `UPDATE shifts SET ended_at = app_now(), end_reason = 'abandoned' WHERE staff_id = $1 AND ended_at IS NULL`,
        [member.id],
      );
    }
    this.members.delete(name);
  }

  /** Connected, in the order named. */
  async connected(...names: string[]): Promise<Member[]> {
    const people: Member[] = [];
    for (const name of names) {
      const member = await this.member(name);
      await member.connect();
      people.push(member);
    }
    return people;
  }

  /** Connected and on duty; the queue is in the order named. */
  async onDuty(dept: string, ...names: string[]): Promise<Member[]> {
    const people = await this.connected(...names);
    for (const person of people) await person.startShift(dept);
    return people;
  }

  /** No open call, no one on duty or connected, and so for a long time; no rows of a test are left. */
  async empty(): Promise<void> {
    await closeAllCalls(this.admin);
    for (const member of this.members.values()) {
      const active = await this.wardline.database.query<{ dept_id: string }>(
        'SELECT dept_id FROM shifts WHERE staff_id = $1 AND ended_at IS NULL',
        [member.id],
      );
      for (const { dept_id } of active) {
        const answer = await member.endShift(dept_id);
        if (answer.status >= 300) throw new Error(`${member.name}: shift end answered ${String(answer.status)}`);
      }
      await member.disconnect();
    }
    for (const table of ['exclusions', 'room_assignments', 'escalation_policies'])
      await this.wardline.database.query(`DELETE FROM ${table}`);
    await this.wardline.database.moveClock(LONG_AGO_SEC);
    await eventually(async () => {
      const rows = await this.wardline.database.query('SELECT 1 FROM unattended_departments');
      return rows.length === 0 ? true : undefined;
    }, 'the end of unattended departments without open calls');
  }

  /** A press at the next place in turn that could have an open call of its own, and may raise the type. */
  async press(type = 'patient_normal', dept = 'icu', node: TestWardline = this.wardline): Promise<AnyFrame> {
    const kind = { bath_emergency: 'bathroom', bed_exit: 'bedside', device_alarm: 'bedside' }[type];
    const stations = this.wardline.firstRun.stations.filter((one) => one.dept === dept && one.kind === (kind ?? one.kind));
    const station = stations[this.turn++ % stations.length];
    return this.pressAt(station?.id ?? '', type, node);
  }

  async pressAt(station: string, type = 'patient_normal', node: TestWardline = this.wardline): Promise<AnyFrame> {
    const answer = await asStation(node, station)('POST', '/calls', { type });
    if (answer.status !== 201) throw new Error(`the press answered ${String(answer.status)} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async call(call: AnyFrame): Promise<AnyFrame> {
    const answer = await this.admin.get(`/calls/${call.id as string}`);
    if (answer.status !== 200) throw new Error(`GET of the call answered ${String(answer.status)}`);
    return answer.body;
  }

  /** Resolves with the call when it is as said. */
  async until(call: AnyFrame, holds: (now: AnyFrame) => boolean, what: string): Promise<AnyFrame> {
    let last: AnyFrame;
    try {
      return await eventually(async () => {
        last = await this.call(call);
        return holds(last) ? last : undefined;
      }, what);
    } catch (error) {
      throw new Error(`${String(error)}; the call is ${JSON.stringify(last)}`, { cause: error });
    }
  }

  untilLevel(call: AnyFrame, level: number): Promise<AnyFrame> {
    return this.until(call, (now) => now.level >= level, `level ${String(level)}`);
  }

  log(dept = 'icu', after = 0): Promise<AnyFrame[]> {
    return readLog(this.admin, dept, after);
  }

  async head(dept = 'icu'): Promise<number> {
    return (await this.admin.get(`/departments/${dept}/events?after=0&limit=1`)).body.head as number;
  }

  /** The log's events of one call, oldest first. */
  async story(call: AnyFrame): Promise<AnyFrame[]> {
    return (await this.log(call.dept)).filter((event) => event.data.call_id === call.id);
  }

  async escalations(call: AnyFrame): Promise<AnyFrame[]> {
    return (await this.story(call)).filter((event) => event.type === 'call.escalated');
  }

  /** Waits for an event of the department after `after`. */
  event(matches: (event: AnyFrame) => boolean, what: string, { dept = 'icu', after = 0 } = {}): Promise<AnyFrame> {
    return eventually(async () => (await this.log(dept, after)).find(matches), what);
  }

  /** The engines have looked at everything that is due. */
  async settle(): Promise<void> {
    await untilScanned(...[this.wardline, ...this.others].filter(({ app }) => app.getHttpServer().listening));
  }

  move(seconds: number): Promise<void> {
    return this.wardline.database.moveClock(seconds);
  }

  /** Moves the clock to so many seconds after the call was placed. */
  async at(call: AnyFrame, seconds: number): Promise<void> {
    const [row] = await this.wardline.database.query<{ left: string }>(
      'SELECT extract(epoch FROM placed_at + make_interval(secs => $2) - app_now()) AS left FROM calls WHERE id = $1',
      [call.id, seconds],
    );
    if (Number(row?.left) > 0) await this.move(Number(row?.left));
  }

  /** Seconds from the placing of a pending call to its next deadline. */
  async deadline(call: AnyFrame): Promise<number | null> {
    const [row] = await this.wardline.database.query<{ sec: string | null }>(
      'SELECT extract(epoch FROM next_escalation_at - placed_at) AS sec FROM calls WHERE id = $1',
      [call.id],
    );
    return row?.sec === null || row === undefined ? null : Number(row.sec);
  }

  probe(path: string): Promise<Answer> {
    return request(this.wardline, 'GET', path);
  }

  stop(): Promise<void> {
    return this.wardline.stop();
  }
}

/** The recipients of the call, in the order of asking. */
export function toldOf(call: AnyFrame): string[] {
  return [...(call.recipients as AnyFrame[])]
    .sort((a, b) => Date.parse(a.since) - Date.parse(b.since))
    .map((recipient) => recipient.staff_id as string);
}
