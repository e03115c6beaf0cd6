/** sysexits.h, EX_CONFIG: another try of the same program with the same settings cannot help. */
export const EXIT_REFUSED = 78;

/**
 * The start is refused for a reason that an operator must remove. `lines` are for stderr, one for each reason; the process
 * ends with 78.
 */
export class StartRefused extends Error {
  override readonly name: string = 'StartRefused';
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}
