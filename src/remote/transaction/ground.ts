/** What the operations of a transaction work on, and who hears what becomes of them. */
import type { Failure } from '../../errors.ts'
import type {
  DatabaseSchema,
  Operation,
  OperationReceiver,
  OperationResult,
} from '../../protocol/protocol.ts'
import type { RecordStatements } from '../sql/record-statements.ts'
import type { SchemaStatements } from '../sql/schema-statements.ts'
import type { Line } from './line.ts'
import type { Numbers } from './numbers.ts'

/** An operation that was asked for. */
export class Pending<Kind extends Operation = Operation> {
  readonly operation: Kind
  readonly receiver: OperationReceiver

  constructor(operation: Kind, receiver: OperationReceiver) {
    this.operation = operation
    this.receiver = receiver
  }
}

/** A transaction that has begun on the server, as its operations see it. */
export interface Ground {
  readonly line: Line
  /** The schema on the server, its name quoted. */
  readonly schemaName: string
  readonly records: RecordStatements
  readonly schemas: SchemaStatements
  /** The database's number. */
  readonly db: number
  readonly numbers: Numbers
  /** The database's schema, with what an upgrade has changed so far. */
  schema: DatabaseSchema
  /** An operation is over. */
  done(pending: Pending, result?: OperationResult): void
  /** It has failed, and has left everything as it was. */
  failed(pending: Pending, failure: Failure): void
  /** Something was thrown that ends the transaction. */
  broke(pending: Pending, error: unknown): void
}

/** Operations that are executed together. */
export interface Group {
  /** Whether one of them may fail while the transaction goes on. */
  readonly mayFail: boolean
  /** Whether what comes after them must wait until `over` is called. */
  readonly isBarrier: boolean
  /** Sends what there is to be sent; calls `over` when all of it is answered. */
  run(ground: Ground, over: () => void): void
}

/** Has a transaction go on with all but its commit until `work` is over. */
export function standingFor(work: Promise<unknown>): Group {
  return { mayFail: true, isBarrier: false, run: (_, over) => void work.then(over, over) }
}

/** The groups of a transaction that are not over. */
export class GroupsUnderWay {
  #count = 0
  #uncertainCount = 0
  #barrierCount = 0

  begin(group: Group): void {
    this.#add(group, 1)
  }

  end(group: Group): void {
    this.#add(group, -1)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Whether an operation of theirs may fail while the transaction goes on. */
  get mayFail(): boolean {
    return this.#uncertainCount > 0
  }

  /** Whether what comes after them must wait. */
  get hasBarrier(): boolean {
    return this.#barrierCount > 0
  }

  #add({ mayFail, isBarrier }: Group, step: 1 | -1): void {
    this.#count += step
    if (mayFail) this.#uncertainCount += step
    if (isBarrier) this.#barrierCount += step
  }
}
