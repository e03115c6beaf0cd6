/** Why a node leaves: for good (its sockets close 1001), or because another process takes its place (1012). */
export type Departure = 'shutdown' | 'restart';

/** The origin of the request. */
export type DepartureReason = 'administrator' | 'memory' | 'signal';
