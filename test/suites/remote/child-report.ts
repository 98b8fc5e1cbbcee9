/** What a child is told to do, and what it says at the end. */

export interface ChildOrder {
  readonly connectionString: string
  readonly schema: string
  readonly name: string
  readonly seed: number
  readonly forMs: number
}

export interface ChildReport {
  /** The tokens of transactions that were told to be complete. */
  readonly committed: string[]
  /** And of those that were told to be aborted. */
  readonly aborted: string[]
  /** Of how many it was told that this cannot be told. */
  unknown: number
  /** How often something was seen that no order of transactions explains. */
  torn: number
  reads: number
  /** Why transactions were aborted, and how often. */
  readonly codes: Record<string, number>
}
