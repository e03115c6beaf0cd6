import type { CallRoute, Route, RouteAnswer, RouteInput } from './routes.js';

type Answer<R extends Route> = Promise<RouteAnswer<R>>;
type Rest<R extends Route, K extends string> = Omit<RouteInput<R>, K>;
interface Page {
  limit?: number;
  cursor?: string;
}

/** The people of a department and their order, for managers. */
export interface StaffingApi {
  /** People on duty: order, load, presence. */
  staff(dept: string): Answer<'GET /departments/{dept}/staff'>;
  exclusions(dept: string, page?: Page): Answer<'GET /departments/{dept}/exclusions'>;
  exclude(dept: string, exclusion: Rest<'POST /departments/{dept}/exclusions', 'dept'>): Answer<'POST /departments/{dept}/exclusions'>;
  /** Ends an exclusion. */
  restore(dept: string, id: string): Promise<undefined>;
  assignments(dept: string, page?: Page): Answer<'GET /departments/{dept}/assignments'>;
  assign(
    dept: string,
    room: string,
    to: Rest<'PUT /departments/{dept}/assignments/{room}', 'dept' | 'room'>,
  ): Answer<'PUT /departments/{dept}/assignments/{room}'>;
  unassign(dept: string, room: string): Promise<undefined>;
  setQueue(dept: string, order: { staff_ids: string[] }): Answer<'PUT /departments/{dept}/queue'>;
  postNotice(dept: string, notice: Rest<'POST /departments/{dept}/notices', 'dept'>): Answer<'POST /departments/{dept}/notices'>;
  /** Ends the shift of somebody who has left. */
  abandonShift(dept: string, staffId: string): Answer<'DELETE /departments/{dept}/shifts/{staff}'>;
}

/** The names of departments, rooms, beds, stations and call types. */
export interface DirectoryApi {
  departments(page?: Page): Answer<'GET /departments'>;
  /** Ask again after `directory.changed`. */
  get(dept: string): Answer<'GET /departments/{dept}'>;
}

type Period = Rest<'GET /departments/{dept}/report', 'dept'>;

export interface ReportsApi {
  get(dept: string, period?: Period): Answer<'GET /departments/{dept}/report'>;
  csv(dept: string, period?: Period): Promise<string>;
}

/** One's own sessions and password. */
export interface SessionsApi {
  list(page?: Page): Answer<'GET /auth/sessions'>;
  end(id: string): Promise<undefined>;
  /** Ends all but the one that asks. */
  endOthers(): Promise<undefined>;
  changePassword(change: RouteInput<'POST /auth/password'>): Promise<undefined>;
}

/** The routes of each part: the fields of the path come first, one argument each, then one object with all others. */
const DEPT = '/departments/{dept}/';
const STAFFING = {
  staff: `GET ${DEPT}staff`,
  exclusions: `GET ${DEPT}exclusions`,
  exclude: `POST ${DEPT}exclusions`,
  restore: `DELETE ${DEPT}exclusions/{id}`,
  assignments: `GET ${DEPT}assignments`,
  assign: `PUT ${DEPT}assignments/{room}`,
  unassign: `DELETE ${DEPT}assignments/{room}`,
  setQueue: `PUT ${DEPT}queue`,
  postNotice: `POST ${DEPT}notices`,
  abandonShift: `DELETE ${DEPT}shifts/{staff}`,
} satisfies Record<keyof StaffingApi, Route>;
const DIRECTORY = { departments: 'GET /departments', get: 'GET /departments/{dept}' } satisfies Record<keyof DirectoryApi, Route>;
const SESSIONS = {
  list: 'GET /auth/sessions',
  end: 'DELETE /auth/sessions/{id}',
  endOthers: 'DELETE /auth/sessions',
  changePassword: 'POST /auth/password',
} satisfies Record<keyof SessionsApi, Route>;
const REPORT = `GET ${DEPT}report` as const;
const FACILITY = { facility: 'GET /facility' } satisfies Record<string, Route>;

/** Methods by name; an argument after those of the route is its options. */
export function named(http: CallRoute, routes: Readonly<Record<string, Route>>): unknown {
  const methods = Object.entries(routes).map(([name, route]) => [
    name,
    (...args: unknown[]) => {
      const path = [...route.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => [field, args.shift()]);
      return http(route, { ...Object.fromEntries(path), ...(args[0] as object | undefined) } as never, args[1] as object | undefined);
    },
  ]);
  return Object.fromEntries(methods);
}

export interface WardApi {
  readonly staffing: StaffingApi;
  readonly directory: DirectoryApi;
  readonly reports: ReportsApi;
  readonly sessions: SessionsApi;
  /** The hospital: its name, time zone, languages and shifts. */
  readonly facility: () => Answer<'GET /facility'>;
}

/** The usual calls of HTTP by name. Every other one is `http('…')`. */
export function wardApi(http: CallRoute): WardApi {
  return {
    ...(named(http, FACILITY) as Pick<WardApi, 'facility'>),
    staffing: named(http, STAFFING) as StaffingApi,
    directory: named(http, DIRECTORY) as DirectoryApi,
    sessions: named(http, SESSIONS) as SessionsApi,
    reports: {
      ...(named(http, { get: REPORT }) as Pick<ReportsApi, 'get'>),
      csv: (dept, period) => http(REPORT, { dept, ...period }, { headers: { Accept: 'text/csv' } }) as Promise<unknown> as Promise<string>,
    },
  };
}
