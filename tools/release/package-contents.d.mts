/** @returns a line for each thing that must not be in a package */
export function packageFaults(folder: string, packed: { size: number; files: readonly string[] }): string[];
