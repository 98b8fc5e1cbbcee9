/** What a transaction is made of, and who is told of its end. */
import type {
  Durability,
  HostTransaction,
  TransactionListener,
  TransactionMode,
} from '../../protocol/protocol.ts'
import type { RemoteDatabase } from '../database.ts'
import type { HostServices } from '../services.ts'

/** What a transaction is made of. */
export interface TransactionOptions {
  readonly services: HostServices
  readonly database: RemoteDatabase
  /** Its scope; empty for an upgrade transaction. */
  readonly storeIds: readonly number[]
  readonly mode: TransactionMode
  readonly durability: Durability
  /** null: `listen` follows. */
  readonly listener: TransactionListener | null
  readonly owner: TransactionOwner
}

/** How a transaction ends. */
export type Outcome = 'committed' | 'aborted'

/** What keeps count of a transaction. */
export interface TransactionOwner {
  /** Called last, once its end has been told. */
  finished(transaction: HostTransaction, outcome: Outcome): void
}
