/** One process of several: it writes to random object stores, reads beside that, and says at the end what it was told. */
import type { IDBErrorCause } from '../../../src/index.ts'
import { remoteFactory } from '../../kit/postgres-schema.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { seededRandom } from '../../kit/history/random.ts'
import type { ChildOrder, ChildReport } from './child-report.ts'

/** How many object stores there are. */
const storeCount = 6
const writerCount = 3

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder // The parent wrote it.
const report: ChildReport = { committed: [], aborted: [], unknown: 0, torn: 0, reads: 0, codes: {} }
const until = Date.now() + order.forMs
const { connectionString, schema } = order
const indexedDB = remoteFactory({ connectionString, schema }, () => {})
let opening: Promise<IDBDatabase> | null = null

await Promise.all([...Array.from({ length: writerCount }, (_, i) => write(i)), read()])
process.send?.(report)
process.disconnect()

/** The database, opened again where it was closed by force. */
function open(): Promise<IDBDatabase> {
  opening ??= resultOf(indexedDB.open('shared')).then((database) => {
    database.onclose = () => (opening = null)
    return database
  })
  opening.catch(() => (opening = null))
  return opening
}

async function write(number: number): Promise<void> {
  const random = seededRandom(order.seed, number)
  for (let i = 0; Date.now() < until; i++) {
    const token = `${order.name}-${number}-${i}`
    const scope = new Set(
      Array.from({ length: 1 + random.below(3) }, () => nameOf(random.below(storeCount))),
    )
    try {
      await writeTo(await open(), [...scope], token)
      report.committed.push(token)
    } catch (error) {
      note(error, token)
    }
  }
}

function nameOf(store: number): string {
  return `store ${store}`
}

/** Adds one to both counters of each store, and notes the token there. */
async function writeTo(database: IDBDatabase, scope: string[], token: string): Promise<void> {
  const transaction = database.transaction(scope, 'readwrite', { durability: 'strict' })
  const ended = completion(transaction)
  ended.catch(() => {}) // It is awaited below.
  await Promise.all(
    scope.map(async (name) => {
      const store = transaction.objectStore(name)
      const [a, b] = await Promise.all([
        resultOf<number | undefined>(store.get('a')),
        resultOf<number | undefined>(store.get('b')),
      ])
      if (a !== b) report.torn++
      store.put((a ?? 0) + 1, 'a')
      store.put((b ?? 0) + 1, 'b')
      store.add(scope, ['token', token])
    }),
  ).catch(() => {}) // The transaction's end says why.
  await ended
}

function note(error: unknown, token: string): void {
  const code = ((error as DOMException).cause as IDBErrorCause | undefined)?.code ?? String(error)
  report.codes[code] = (report.codes[code] ?? 0) + 1
  if (code === 'ERR_IDB_OUTCOME_UNKNOWN') report.unknown++
  else report.aborted.push(token)
}

/** All stores twice, in a transaction each time: one state. */
async function read(): Promise<void> {
  const names = Array.from({ length: storeCount }, (_, i) => nameOf(i))
  while (Date.now() < until) {
    try {
      const transaction = (await open()).transaction(names)
      const first = await counters(transaction)
      const second = await counters(transaction)
      if (JSON.stringify(first) !== JSON.stringify(second)) report.torn++
      if (first.some(([a, b]) => a !== b)) report.torn++
      report.reads++
    } catch {
      // Its connection was cut.
    }
  }
}

function counters(transaction: IDBTransaction): Promise<unknown[][]> {
  return Promise.all(
    [...transaction.db.objectStoreNames].map((name) => {
      const store = transaction.objectStore(name)
      return Promise.all([resultOf(store.get('a')), resultOf(store.get('b'))])
    }),
  )
}
