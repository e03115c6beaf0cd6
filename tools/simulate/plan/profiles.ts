/** A ward under load, and the goals of the server under it. */
export interface Profile {
  readonly name: string;
  readonly nurses: number;
  readonly pressesPerMinute: number;
  readonly departments: number;
  /** More failures than this share of all requests and commands fail the run. */
  readonly errorBound: number;
  /** Goals for button-to-screen in ms: shown with the result, they do not fail a run. */
  readonly goals: { readonly p50?: number; readonly p99?: number };
}

export const PROFILES: Readonly<Record<string, Profile>> = {
  S1: {
    name: 'S1',
    nurses: 150,
    pressesPerMinute: 200,
    departments: 6,
    errorBound: 0.01,
    goals: {},
  },
  S2: {
    name: 'S2',
    nurses: 300,
    pressesPerMinute: 600,
    departments: 12,
    errorBound: 0.02,
    goals: { p50: 10, p99: 50 },
  },
  S3: {
    name: 'S3',
    nurses: 1000,
    pressesPerMinute: 2000,
    departments: 40,
    errorBound: 0.05,
    goals: { p99: 100 },
  },
};

export const FULL_MINUTES = 10;
export const SHORT_MINUTES = 2;
export const STATIONS_PER_NURSE = 2;
