/** The roles that every hospital has. */
export type WardlineRole = 'nurse' | 'manager' | 'admin';
/** One of Wardline's, or one that the hospital's program declares. */
export type Role = WardlineRole | (string & {});

/** A person who signed in. */
export interface StaffPrincipal {
  readonly kind: 'staff';
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** Memberships, by department id. An administrator sees every department without one. */
  readonly departments: readonly string[];
  readonly sessionId: string;
  /** Milliseconds since 1970, by the database's clock: the session's absolute end. */
  readonly expiresAt: number;
  /** Another person has set the password: until it is changed, its owner can do nothing else. */
  readonly passwordChangeRequired?: boolean;
}

/** A device that places and cancels calls. */
export interface StationPrincipal {
  readonly kind: 'station';
  readonly id: string;
  readonly dept: string;
  readonly roomId: string;
  readonly bedId: string | null;
  /** The types of call that it may raise. */
  readonly types: readonly string[];
}

/** A wall board: a device that reads departments, and nothing else. It is never asked, and attends nothing. */
export interface BoardPrincipal {
  readonly kind: 'board';
  readonly id: string;
  readonly name: string;
  readonly role: 'board';
  readonly departments: readonly string[];
  /** A board has one session, which is named as the board itself. */
  readonly sessionId: string;
}

/** A reader of departments. */
export type ReaderPrincipal = StaffPrincipal | BoardPrincipal;

/** A caller that is known. */
export type Principal = ReaderPrincipal | StationPrincipal;

/** A patient or relative at a guest page: known by the bed alone, and no caller of anything else. */
export interface GuestActor {
  readonly kind: 'guest';
  /** The bed's. */
  readonly id: string;
}

/** How a principal is named in idempotency keys, events and the audit. */
export function actorOf(principal: Pick<Principal, 'kind' | 'id'> | GuestActor): string {
  return `${principal.kind}:${principal.id}`;
}

/** True when the department exists for this reader. */
export function belongsTo(principal: ReaderPrincipal, dept: string): boolean {
  return principal.role === 'admin' || principal.departments.includes(dept);
}

/** The client's view of its own user. */
export function userView(principal: ReaderPrincipal) {
  const { id, name, role, departments } = principal;
  return { id, username: usernameOf(principal), name, role, departments: [...departments] };
}

/** A board has no user name: it is named as in the audit. */
export function usernameOf(principal: ReaderPrincipal): string {
  return principal.kind === 'staff' ? principal.username : actorOf(principal);
}

/** How a log line names the reader. */
export function logIdOf({ kind, id }: ReaderPrincipal): { staff_id: string } | { board_id: string } {
  return kind === 'staff' ? { staff_id: id } : { board_id: id };
}
