/**
 * A client of `serve()` and its owner, whose messages are spoilt on their way. It ends that client, or what it has of its owner:
 * others go on, nothing hangs once the port is closed, and the file stays sound.
 */
import { factoryOn } from '../../../../src/hosting/composition.ts'
import { IDBKeyRange } from '../../../../src/index.ts'
import { createHost } from '../../../../src/host/host.ts'
import { HostUser, hostOfOthers } from '../../../../src/hosting/host-user.ts'
import { connectHost } from '../../../../src/port/client.ts'
import { serve } from '../../../../src/port/server.ts'
import { RelayedPort } from '../../../../src/port/relayed-port.ts'
import { type Random, seededRandom } from '../../../kit/history/random.ts'
import { completion, openDatabase, resultOf, walk } from '../../../kit/promises.ts'
import { directoryOn } from '../../../kit/test-directory.ts'
import type { Part } from '../part.ts'
import { databaseName, makeSampleFiles, path } from '../sample-files.ts'
import { spoil } from '../spoilt-message.ts'

const samples = await makeSampleFiles()

/** Turns without a message after which nothing more is to be expected. */
const quietTurns = 12

/** An input is the seed of what is spoilt, as text. */
export const ports: Part = {
  inputsPerReport: 8,
  memoryBytes: 1024 * 1024 * 1024,
  make: (random) => new TextEncoder().encode(String(random.below(2 ** 31))),
  async try(input) {
    const random = seededRandom(Number(new TextDecoder().decode(input)))
    const storage = directoryOn(samples.closed.fork(), path)
    const host = createHost({ storage, durability: 'relaxed' })
    const witness = await openDatabase(factoryOn(host), () => {}, { name: databaseName })
    let isClosed = false
    witness.onclose = () => (isClosed = true)

    const line = new SpoiltLine(random)
    serve(host, line.ownerPort, { report: () => {}, presence: null })
    const client = useAsClient(factoryOn(new HostUser(hostOfOthers(connectHost(line.clientPort)))))
    await line.quiet()
    line.close()
    await withinTurns(client)
    if (isClosed) throw new Error('another client’s connection was closed')
    await exerciseWitness(witness)
    witness.close()
    await host.close()
    await checkFile(storage)
  },
}

/** Both ends of a line that spoils one message in one direction, or some of them. */
class SpoiltLine {
  readonly ownerPort: RelayedPort
  readonly clientPort: RelayedPort
  readonly #random: Random
  readonly #seen: unknown[] = []
  #waiting: (() => void)[] = []

  constructor(random: Random) {
    this.#random = random
    const spoilsCalls = random.percent(70)
    this.ownerPort = this.#end(spoilsCalls ? 0 : this.#share(), () => this.clientPort)
    this.clientPort = this.#end(spoilsCalls ? this.#share() : 0, () => this.ownerPort)
  }

  /** Delivers until nothing more is sent. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < quietTurns; turns++) {
      const deliveries = this.#waiting.splice(0)
      if (deliveries.length > 0) turns = 0
      for (const deliver of deliveries) deliver()
      await turn()
    }
  }

  close(): void {
    this.ownerPort.closed()
    this.clientPort.closed()
  }

  /** How many in a hundred are spoilt. */
  #share(): number {
    return this.#random.pick([2, 5, 10, 30])
  }

  #end(share: number, other: () => RelayedPort): RelayedPort {
    return new RelayedPort({
      post: (message, transfer) => {
        const sent = structuredClone(message, { transfer })
        const isSpoilt = this.#random.percent(share)
        const arriving = isSpoilt ? spoil(sent, this.#random, this.#seen) : sent
        if (this.#seen.length < 20) this.#seen.push(structuredClone(sent))
        this.#waiting.push(() => other().received(arriving))
      },
    })
  }
}

/** A bit of everything that a client can ask; each may fail, or have no answer until the port closes. */
async function useAsClient(indexedDB: IDBFactory): Promise<void> {
  await Promise.allSettled([
    indexedDB.databases(),
    openDatabase(indexedDB, tryUpgrade, { name: 'own' }),
    openDatabase(indexedDB, () => {}, { name: databaseName }).then(useLibrary),
  ])
  await Promise.allSettled([
    resultOf(indexedDB.deleteDatabase('own')),
    openDatabase(indexedDB, () => {}, { name: databaseName, version: 2 }),
  ])
}

/** With a schema that the owner lies about any of it may throw. */
function tryUpgrade(database: IDBDatabase): void {
  try {
    upgrade(database)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
}

function upgrade(database: IDBDatabase): void {
  const store = database.createObjectStore('a', { keyPath: 'id', autoIncrement: true })
  store.createIndex('n', 'n', { multiEntry: true })
  store.put({ n: [1, 2] })
  store.createIndex('id', ['id', 'n'])
  store.put({ n: 3 })
  store.name = 'b'
  database.deleteObjectStore('b')
}

async function useLibrary(database: IDBDatabase): Promise<void> {
  await useTransaction(database.transaction(['books', 'log'], 'readwrite'), (transaction) => {
    const books = transaction.objectStore('books')
    books.put({ isbn: 'isbn 1', author: 'author 1', number: 1000, tags: ['tag 1', 'tag 9'] })
    books.delete('isbn 000003')
    transaction.objectStore('log').add({ what: 'added' })
    return [
      resultOf(books.index('by tag').getAll('tag 1')),
      resultOf(books.index('by number').count(IDBKeyRange.bound(3, 9))),
      walk(books.openCursor(null, 'prev'), () => {}),
    ]
  })
  await useTransaction(database.transaction('books'), (transaction) => [
    resultOf(transaction.objectStore('books').getAllKeys()),
  ])
  await useTransaction(database.transaction('log', 'readwrite'), (transaction) => {
    transaction.objectStore('log').clear()
    transaction.abort()
    return []
  })
  database.close()
}

/** Waits for the transaction and what `use` has asked of it, however they end. */
async function useTransaction(
  transaction: IDBTransaction,
  use: (transaction: IDBTransaction) => Promise<unknown>[],
): Promise<void> {
  const ended = Promise.allSettled([completion(transaction)])
  await Promise.allSettled(use(transaction))
  await ended
}

async function exerciseWitness(database: IDBDatabase): Promise<void> {
  const transaction = database.transaction(['books', 'log', 'large'], 'readwrite')
  const done = completion(transaction)
  const large = transaction.objectStore('large')
  large.put('mine', 'witness')
  const found = await resultOf(large.get('witness'))
  if (found !== 'mine') throw new Error('another client finds something other than what it has put')
  for (const name of transaction.objectStoreNames) {
    const store = transaction.objectStore(name)
    await resultOf(store.getAllKeys())
    for (const index of store.indexNames) await resultOf(store.index(index).getAllKeys())
  }
  await done
}

async function checkFile(storage: ReturnType<typeof directoryOn>): Promise<void> {
  const file = await storage.open(databaseName)
  const problems = file.care.check()
  await file.close()
  await storage.close()
  if (problems.length > 0) throw new Error(`the file has problems: ${problems.join(', ')}`)
}

/** @throws Error when it takes more turns than anything here needs */
async function withinTurns(promise: Promise<void>): Promise<void> {
  let isOver = false
  void promise.finally(() => (isOver = true))
  for (let turns = 0; turns < 200; turns++) {
    if (isOver) return promise
    await turn()
  }
  throw new Error('something hangs although the port is closed')
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
