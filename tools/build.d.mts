/** Builds Wardline when a source is newer than the build. @returns whether it built */
export function buildIfStale(): boolean;
