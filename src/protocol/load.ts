/** What goes on at an owner, for those who look at it from outside. */

/** How much goes on at a database that is in use. */
export interface DatabaseLoad {
  readonly name: string
  /** 0 while its file is not open yet, or is new. */
  readonly version: number
  /** Open connections, of the owner and of all clients. */
  readonly connections: number
  /** Open and delete requests that have no answer yet. */
  readonly requests: number
  /** Transactions that have started and not ended. */
  readonly running: number
  /** Transactions that wait for others to end. */
  readonly waiting: number
}
