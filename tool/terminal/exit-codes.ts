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
  /** By Ctrl-C, as shells have it. */
  interrupted: 130,
} as const
