/** What functions that a caller has given throw: it is the caller's own, and no failure of this package. */

class CallersOwn extends Error {
  readonly thrown: unknown

  constructor(thrown: unknown) {
    super('thrown by a function of the caller')
    this.thrown = thrown
  }
}

/** The same function; what it throws can be told from everything else. Absent: none was given. */
export function marked<Arguments extends readonly unknown[]>(
  call: ((...args: Arguments) => void) | undefined,
): ((...args: Arguments) => void) | undefined {
  return (
    call &&
    ((...args) => {
      try {
        call(...args)
      } catch (error) {
        throw new CallersOwn(error)
      }
    })
  )
}

/** What a marked function has thrown, else what `otherwise` makes of the error. */
export function unmarked(error: unknown, otherwise: (error: unknown) => unknown): unknown {
  return error instanceof CallersOwn ? error.thrown : otherwise(error)
}
