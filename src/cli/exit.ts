/** sysexits.h: how a command ends, for scripts. */
export const EXIT = {
  ok: 0,
  /** The command was used wrongly. */
  usage: 64,
  /** The input is not what it must be. */
  data: 65,
  /** A file is not there. */
  noInput: 66,
  /** Wardline, the database or Redis does not answer. */
  unavailable: 69,
  software: 70,
  /** A file cannot be made, or the place for a restore is not empty. */
  cantCreate: 73,
  /** A file cannot be read or written to its end. */
  ioError: 74,
  noPermission: 77,
  /** A setting, or the hospital's own program, is wrong. */
  config: 78,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that cannot go on: one line for the person, and an exit code for the script. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
