/** Progress is for people; the standard output is for what a command finds. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
