/** A database as this process has it open: what its connections share. */
import { Scheduler } from '../host/scheduler.ts'
import type { DatabaseSchema } from '../protocol/protocol.ts'
import type { OpenConnection } from './session/open-connection.ts'
import { ToldWatchers } from './session/told-watchers.ts'

/** What the server says of a database. */
export interface FoundDatabase {
  readonly id: number
  /** Raised by each upgrade. */
  readonly epoch: number
  readonly schema: DatabaseSchema
}

/** https://w3c.github.io/IndexedDB/#database-construct */
export class RemoteDatabase implements FoundDatabase {
  readonly name: string
  readonly id: number
  readonly epoch: number
  /** As the last upgrade has left it. */
  schema: DatabaseSchema
  readonly scheduler = new Scheduler({ hasOneWriter: false })
  readonly watchers = new ToldWatchers()
  /** Whether another process watches it, so that each commit is told. */
  isWatchedElsewhere = false
  readonly connections = new Set<OpenConnection>()

  constructor(name: string, { id, epoch, schema }: FoundDatabase) {
    this.name = name
    this.id = id
    this.epoch = epoch
    this.schema = schema
  }

  /** Whether anyone watches it, here or elsewhere. */
  get isWatched(): boolean {
    return this.watchers.isAwake || this.isWatchedElsewhere
  }
}
