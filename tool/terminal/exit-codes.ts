/** What a command ends with; `docs/command-line.md` has the same table. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command line makes no sense: nothing was done. */
  usedWrongly: 2,
  /** What was asked for is there to be seen: databases differ, a file is damaged. */
  found: 3,
  /** The standard output could not be written, as on a full disk: what it has is not whole. */
  outputFailed: 4,
  /** These three as shells have them: 128 and the number of the signal. Its terminal was closed. */
  hungUp: 129,
  /** By Ctrl-C. */
  interrupted: 130,
  terminated: 143,
} as const
