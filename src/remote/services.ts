/** What a host gives to all that works for it. */
import type { Failure } from '../errors.ts'
import type { StorageLimits } from '../protocol/protocol.ts'
import type { Flusher } from './flusher.ts'
import type { Pool } from './pool.ts'
import type { Session } from './session/session.ts'
import type { Sql } from './sql/sql.ts'

/** An upgrade transaction. */
export interface UnderWay {
  /** Its commit waits until `work` is over. */
  keepUntil(work: Promise<unknown>): void
}

/** Made once for each host. */
export interface HostServices {
  readonly schema: string
  readonly sql: Sql
  readonly pool: Pool
  readonly session: Session
  readonly flusher: Flusher
  /** The upgrade transactions of this process that are under way. */
  readonly upgrades: Set<UnderWay>
  readonly limits: StorageLimits
  /** What `default` durability means. */
  readonly durability: 'relaxed' | 'strict'
  /** Takes what answers no call. */
  readonly report: (failure: Failure) => void
}
