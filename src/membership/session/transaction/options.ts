/** What a transaction that outlives its owner is made of. */
import type {
  HostConnection,
  HostTransaction,
  TransactionListener,
} from '../../../protocol/protocol.ts'
import type { Parting, SessionServices } from '../services.ts'

export interface MemberTransactionOptions {
  readonly services: SessionServices
  readonly database: string
  /** null: `listen` follows. */
  readonly listener: TransactionListener | null
  /** What it is to outlive, which costs something: its owner, or only as a note the end of the realm (see `keep`), or nothing. */
  readonly outlives: 'owner' | 'realm' | 'nothing'
  /** What is kept of it where the realm ends; null: nothing can be, as for an upgrade. */
  readonly scope: Pick<Parting, 'version' | 'storeIds' | 'durability'> | null
  /** Makes it at a host; null for an upgrade, which the host makes. */
  readonly create:
    | ((
        connection: HostConnection,
        listener: TransactionListener,
        resumes: boolean,
      ) => HostTransaction)
    | null
  /** Called once, when its end has been told. */
  readonly ended: () => void
}
