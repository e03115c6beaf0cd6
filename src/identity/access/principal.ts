export type Role = 'nurse' | 'manager' | 'admin';

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
  /** Somebody else has set the password: nothing but changing it is open to its owner until they have. */
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

export type Principal = StaffPrincipal | StationPrincipal;

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

/** Whether the department exists for this person. */
export function belongsTo(principal: StaffPrincipal, dept: string): boolean {
  return principal.role === 'admin' || principal.departments.includes(dept);
}

/** What a client is told about itself. */
export function userView(principal: StaffPrincipal) {
  const { id, username, name, role, departments } = principal;
  return { id, username, name, role, departments };
}
