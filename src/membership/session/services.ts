/** What a session gives to its connections, transactions and requests. */
import type { CommitMark, Durability, Operation } from '../../protocol/protocol.ts'
import type { CommitMarks } from './commit-marks.ts'
import type { SurvivalCounts } from '../../protocol/load.ts'

/** For transactions. */
export interface SessionServices {
  readonly marks: CommitMarks
  /** Those that are not over, in the order of their creation. */
  readonly transactions: { readonly size: number }
  /** One more transaction has fared so. */
  count(kind: keyof SurvivalCounts): void
  /** Keeps what is committed while the realm ends; null where nothing can be kept. */
  readonly farewell: Farewell | null
  /** An answer has come. */
  heard(): void
  /** The owner has turned out to be gone: everything under way waits for the next one. */
  ownerLost(): void
}

/** For connections, too. */
export interface ConnectionServices<Transaction, Connection> extends SessionServices {
  /** What `default` durability means to this realm: the owner may have another view of it. */
  readonly durability: 'relaxed' | 'strict'
  /** Whether there is an owner, and everything that was under way at the former one has been brought to it. */
  readonly isSettled: boolean
  /** Whether the owner is this realm: what begins at it needs no log. */
  readonly isOwn: boolean
  /** Whether the owner is this realm, and serves others, or may soon: its transactions may wait for theirs. */
  readonly hasClients: boolean
  /** Those that are not over, in the order of their creation, with their connections. */
  readonly transactions: ReadonlyMap<Transaction, Connection>
  transactionBegun(transaction: Transaction, connection: Connection): void
  transactionEnded(transaction: Transaction): void
  connectionEnded(connection: Connection): void
}

/** Keeps what is committed while the realm ends, which its owner may not get to see. */
export interface Farewell {
  /** Whether the realm may be about to end. */
  readonly isLeaving: boolean
  /** Has `leaving` called each time that begins. */
  listen(leaving: () => void): void
  /** Keeps a transaction; gives what is to be called when it is over. null: it cannot be kept. */
  keep(parting: Parting): ((isCommitted: boolean) => void) | null
}

/** A transaction that depends on no answer, whose commit is wished for. */
export interface Parting {
  readonly name: string
  readonly version: number
  readonly storeIds: readonly number[]
  readonly durability: Durability
  readonly operations: readonly Operation[]
  /** That its commit has at whichever owner. */
  readonly mark: CommitMark
}
