/** A host of one transaction that answers when a test says so, and the core objects above it. */
import { Connection, createTransaction } from '../../../src/core/connection.ts'
import type { Factory } from '../../../src/core/factory.ts'
import {
  handleOf,
  indexHandleOf,
  type ObjectStoreHandle,
  type Source,
} from '../../../src/core/handles.ts'
import { queueDatabaseTask, type Task } from '../../../src/events/task-queue.ts'
import type { Transaction } from '../../../src/core/transaction.ts'
import type {
  DatabaseSchema,
  HostConnection,
  HostTransaction,
  IndexSchema,
  ObjectStoreSchema,
  Operation,
  OperationReceiver,
  RecordBytes,
} from '../../../src/protocol/protocol.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { serialize } from '../../../src/values/serialize.ts'

const index: IndexSchema = { id: 1, name: 'i', keyPath: 'a', unique: false, multiEntry: false }
const store: ObjectStoreSchema = {
  id: 1,
  name: 's',
  keyPath: null,
  autoIncrement: false,
  indexes: new Map([[index.id, index]]),
}

/** An operation that waits for its answer. */
export interface Asked {
  readonly operation: Operation
  readonly receiver: OperationReceiver
}

/** Notes what core asks for, in order, and answers nothing by itself. */
export class SteeredHost implements HostTransaction {
  readonly calls: string[] = []
  readonly asked: Asked[] = []

  listen(): void {}

  execute(operation: Operation, receiver: OperationReceiver): void {
    this.calls.push(operation.type)
    this.asked.push({ operation, receiver })
  }

  commit(failuresSeen: number): void {
    this.calls.push(`commit ${failuresSeen}`)
  }

  offerCommit(failuresSeen: number): void {
    this.calls.push(`offer ${failuresSeen}`)
  }

  abort(): void {
    this.calls.push('abort')
  }

  /** The oldest operation without an answer. */
  next(): Asked {
    const asked = this.asked.shift()
    if (!asked) throw new Error('core has asked for nothing more')
    return asked
  }

  /** Answers a scan with records whose keys, and values, are these numbers. */
  answerScan(keys: readonly number[]): Operation {
    const { operation, receiver } = this.next()
    for (const key of keys) receiver.record(recordOf(key))
    receiver.done(undefined)
    return operation
  }
}

export interface Steered {
  readonly host: SteeredHost
  readonly connection: Connection
  readonly transaction: Transaction
  readonly store: ObjectStoreHandle
  readonly index: Source
}

/** A transaction on a store `s` with an index `i`, as script would have just made it. */
export function steeredTransaction(
  mode: 'readonly' | 'readwrite' = 'readwrite',
  { isRemote = false } = {},
): Steered {
  const host = new SteeredHost()
  const factory = { connections: new Set() } as unknown as Factory // Core asks it for nothing else here.
  const connection = new Connection(factory, hostConnection(host, isRemote))
  const transaction = createTransaction(connection, [store.id], mode, 'default')
  const handle = handleOf(transaction, store)
  return { host, connection, transaction, store: handle, index: indexHandleOf(handle, index) }
}

function hostConnection(host: SteeredHost, isRemote: boolean): HostConnection {
  const schema: DatabaseSchema = {
    version: 1,
    stores: new Map([[store.id, store]]),
    nextStoreId: 2,
    nextIndexId: 2,
  }
  return {
    name: 'd',
    isRemote,
    readAhead: null,
    identify: () => null,
    schema,
    limits: { recordBytes: Infinity, keyBytes: Infinity, nameUnits: Infinity, highestId: Infinity },
    salvaged: null,
    keptAt: null,
    listen: () => {},
    createTransaction: () => host,
    watch: () => () => {},
    copy: () => ({ next() {}, cancel() {} }),
    inspect: () => {},
    abortOf: () => {},
    closed: new Promise(() => {}),
    close: () => {},
    shutDown: () => {},
    forceClose: () => {},
  }
}

function recordOf(number: number): RecordBytes {
  const key = encodeNumberKey(number)
  const value = serialize(number).value.bytes
  const bytes = new Uint8Array([...key, ...value])
  return {
    bytes,
    keyStart: 0,
    keyEnd: key.length,
    primaryKeyStart: 0,
    primaryKeyEnd: key.length,
    valueStart: key.length,
    valueEnd: bytes.length,
  }
}

/** Resolves when the queue has nothing left to do that does not wait for a host: what a task queues included. */
export async function tasksDone(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await new Promise<void>((resolve) => queueDatabaseTask(new Marker(resolve)))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Resolves when `isSo()`, which the queue's tasks bring about. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

/** A task that says that those before it are over. */
class Marker implements Task {
  nextTask: Task | null = null
  readonly #reached: () => void

  constructor(reached: () => void) {
    this.#reached = reached
  }

  step(): 'over' {
    this.#reached()
    return 'over'
  }

  cutOff(): void {}
}
