/**
 * Messages between nodes beyond wake-ups: kind → payload. A feature adds its own by declaration merging: `declare module
 * './bus-messages.js' { interface BusMessages { 'door.opened': { door: string } } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by those who send
export interface BusMessages {}

/** The kinds of messages between nodes. */
export type BusMessageKind = keyof BusMessages;
