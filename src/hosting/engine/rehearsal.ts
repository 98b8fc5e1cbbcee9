/**
 * What a new owner does first, done once in memory: a runtime compiles the engine's functions, and ours, when they are called
 * for the first time, which takes longer than all else between the end of an owner and the first answer of the next one.
 */
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { ValueBytes } from '../../bytes/value-bytes.ts'
import { exceptionOf, type Failure } from '../../errors.ts'
import { queueTurn } from '../../event-loop/turn.ts'
import { createHost } from '../../host/host.ts'
import { connectHost } from '../../port/client.ts'
import { serve } from '../../port/server.ts'
import type { CommitOutcome, Host, HostConnection, Operation } from '../../protocol/protocol.ts'
import type { StorageDirectory, StorageTransaction } from '../../storage/storage.ts'
import { openStorageDirectory } from '../../sqlite/directory.ts'
import type { ThreadEngine } from './thread-engine.ts'

/**
 * Has that engine open a database that its last owner did not close, and a client bring over a connection and a transaction. It
 * lets other tasks go between its steps.
 */
export async function rehearse(engine: ThreadEngine): Promise<void> {
  const world = memory()
  const left = await visit(world, engine, async (directory) => {
    const database = await directory.open(name)
    await turn()
    const transaction = database.begin()
    prepareStore(transaction)
    transaction.commit({ ...mark, number: 1 })
    await turn()
    // As it is: its log is not empty.
    const copy = world.fork()
    await database.close()
    return copy
  })
  await turn()
  await visit(left, engine, takeOver)
}

const name = 'rehearsal'
const mark = { client: 'rehearsal-client', slot: 0, number: 2 }
const incarnation = 1

function prepareStore(transaction: StorageTransaction): void {
  const store = { id: 1, name, keyPath: null, autoIncrement: true, indexes: new Map() }
  const index = { id: 1, name, keyPath: name, unique: false, multiEntry: false }
  transaction.changeSchema({ type: 'setVersion', version: 1 })
  transaction.changeSchema({ type: 'createObjectStore', store })
  transaction.changeSchema({ type: 'createIndex', storeId: 1, index })
  transaction.noteIncarnation(incarnation)
}

/** Runs `use` on the directory of that world, with logs as on a disk. */
async function visit<Result>(
  world: MemoryVfs,
  engine: ThreadEngine,
  use: (directory: StorageDirectory) => Promise<Result>,
): Promise<Result> {
  const directory = openStorageDirectory({
    path: name,
    waitMs: 0,
    vfs: { name: world.name, isPersistent: true, directory: (path) => world.directory(path) },
    getEngine: () => engine.acquire(),
    releaseEngine: () => engine.release(),
  })
  try {
    return await use(directory)
  } finally {
    await directory.close()
  }
}

/** What the next owner does, and a client of it. */
async function takeOver(storage: StorageDirectory): Promise<void> {
  const owner = createHost({ storage, durability: 'relaxed', report })
  const { port1, port2 } = new MessageChannel()
  serve(owner, port1, { report, presence: null })
  try {
    await bringOver(connectHost(port2))
  } finally {
    port2.close()
    await owner.close()
  }
}

async function bringOver(host: Host): Promise<void> {
  const outcome = await new Promise<CommitOutcome>((done, failed) =>
    host.outcomeOf(name, mark, { done, failed }),
  )
  if (outcome !== 'absent') throw new Error(`unreachable: the commit is ${outcome}`)
  const connection = await new Promise<HostConnection>((attached, failed) =>
    host.attach(name, 1, { attached, failed }, incarnation),
  )
  connection.listen({
    versionChange: (_from, _to, delivered) => delivered(),
    closing: () => {},
    closed: () => {},
  })
  await transact(connection)
  connection.close()
  await connection.closed
}

function transact(connection: HostConnection): Promise<void> {
  return new Promise((committed, aborted) => {
    const ignore = (): void => {}
    const listener = { wentAhead: ignore, caughtUp: ignore, declined: ignore, committed, aborted }
    const transaction = connection.createTransaction([1], 'readwrite', 'relaxed', listener, true)
    const receiver = { record: ignore, done: ignore, failed: aborted }
    for (const operation of operations()) transaction.execute(operation, receiver)
    transaction.commit(0, mark)
  })
}

/** They are given away with their bytes. */
function operations(): readonly Operation[] {
  const key = Uint8Array.of(0x30, 0x62, 0x00) // 'a'
  const indexKeys = Uint8Array.of(1, key.length, ...key)
  const value = new ValueBytes(Uint8Array.of(1), 'own')
  const all = { lower: Uint8Array.of(0x00), upper: Uint8Array.of(0xff) }
  const whole = { longestValue: undefined, part: undefined }
  const limits = { skip: 0, limit: Infinity, limitBytes: Infinity, ...whole }
  const scan = { range: all, direction: 'next', after: null, inclusive: false, ...limits } as const
  return [
    { type: 'put', storeId: 1, key, value, indexKeys, overwrite: true, generated: null },
    { type: 'scan', storeId: 1, indexId: 0, ...scan, withValues: true },
    { type: 'scan', storeId: 1, indexId: 1, ...scan, withValues: true },
  ]
}

/** The real owner meets it again. */
function report(failure: Failure): void {
  throw exceptionOf(failure)
}

function turn(): Promise<void> {
  return new Promise(queueTurn)
}
