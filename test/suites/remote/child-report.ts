/** What a process is told to do, and what it says of it. */

export interface LoadOrder {
  readonly connectionString: string | readonly string[]
  /** Where that leads to a pooler: the server itself. */
  readonly directConnectionString?: string
  readonly schema: string
  readonly name: string
  readonly seed: number
  readonly writers: number
  /** How long a writer waits after each transaction. */
  readonly pauseMs: number
  /** Whether it looks, over connections to the server of its own, who else is in a transaction on the same object stores. */
  readonly looksForOverlaps: boolean
}

/** So far. */
export interface LoadReport {
  /** The tokens of transactions that were told to be complete. */
  readonly committed: string[]
  /** And of those that were told to be aborted. */
  readonly aborted: string[]
  /** Those that have not ended, long after all that they could wait for. */
  readonly stuck: string[]
  /** Of how many it was told that this cannot be told. */
  unknown: number
  /** How often something was seen that no order of transactions explains. */
  torn: number
  /** How often two were in transactions on the same object store. */
  overlaps: number
  reads: number
  /** Why transactions were aborted, and how often. */
  readonly codes: Record<string, number>
}

/** What a child is told: to say how it stands, or to end, and say so then. */
export type ChildMessage = 'report' | 'stop'
