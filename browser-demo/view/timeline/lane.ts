import type { EngineId } from '../../engines.ts'
import type { LoggedEvent } from '../../event-log.ts'
import type { Phase } from '../../session.ts'

/** What one engine did in its last round. */
export interface Lane {
  readonly id: EngineId
  readonly events: readonly LoggedEvent[]
  readonly phases: readonly Phase[]
}
