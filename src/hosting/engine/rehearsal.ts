/**
 * What a new owner does first, done once in memory: a runtime compiles the engine's functions, and ours, when they are called
 * for the first time, which takes longer than all else between the end of an owner and the first answer of the next one.
 */
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { queueTurn } from '../../event-loop/turn.ts'
import type { Storage, StorageDirectory, StorageTransaction } from '../../storage/storage.ts'
import { openStorageDirectory } from '../../sqlite/directory.ts'
import type { ThreadEngine } from './thread-engine.ts'

/** Has that engine open a database that its last owner did not close, read and write. It lets other tasks go between its steps. */
export async function rehearse(engine: ThreadEngine): Promise<void> {
  const world = memory()
  const made = await visit(world, engine, async (directory) => {
    const database = await directory.open(name)
    await turn()
    write(database, 1, prepareStore)
    await turn()
    write(database, 2, putRecord)
    await turn()
    // As it is: its log is not empty.
    const copy = world.fork()
    await database.close()
    return copy
  })
  await turn()
  await visit(made, engine, useAgain)
}

async function useAgain(directory: StorageDirectory): Promise<void> {
  const database = await directory.open(name)
  await turn()
  // What decides whether a client's connection and its commit go on.
  const isAsExpected = database.markOf(client, 0) === 2 && !database.hasLostMarks
  if (!isAsExpected || database.incarnation !== 1) throw new Error('unreachable: it was not kept')
  write(database, 3, putRecord)
  database.scan(everything, () => {})
  await turn()
  await database.close()
}

const name = 'rehearsal'
const client = 'rehearsal-client'
const key = Uint8Array.of(1)

const everything: Parameters<Storage['scan']>[0] = {
  storeId: 1,
  indexId: 0,
  range: { lower: Uint8Array.of(0), upper: Uint8Array.of(0xff) },
  direction: 'next',
  after: null,
  inclusive: false,
  skip: 0,
  limit: Infinity,
  limitBytes: Infinity,
  withValues: true,
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

function write(
  database: Storage,
  number: number,
  work: (transaction: StorageTransaction) => void,
): void {
  const transaction = database.begin()
  work(transaction)
  transaction.commit({ client, slot: 0, number })
}

function prepareStore(transaction: StorageTransaction): void {
  const store = { id: 1, name, keyPath: null, autoIncrement: true, indexes: new Map() }
  const index = { id: 1, name, keyPath: name, unique: false, multiEntry: false }
  transaction.changeSchema({ type: 'setVersion', version: 1 })
  transaction.changeSchema({ type: 'createObjectStore', store })
  transaction.changeSchema({ type: 'createIndex', storeId: 1, index })
  transaction.noteIncarnation(1)
}

function putRecord(transaction: StorageTransaction): void {
  const indexKeys = Uint8Array.of(1, key.length, ...key)
  transaction.put({ storeId: 1, key, value: key, indexKeys, overwrite: true })
  transaction.setCurrentNumber(1, transaction.currentNumber(1) + 1)
}

function turn(): Promise<void> {
  return new Promise(queueTurn)
}
