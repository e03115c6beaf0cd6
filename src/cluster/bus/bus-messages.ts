/**
 * What nodes tell each other beyond a wake-up: kind → what it carries. A feature adds its own by declaration merging:
 * `declare module './bus-messages.js' { interface BusMessages { 'door.opened': { door: string } } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by those who send
export interface BusMessages {}

export type BusMessageKind = keyof BusMessages;
