/** What does a suite of tests pay that makes a database for each test, and deletes it? */
import { completionOf, expectSame, openDatabase, resultOf } from '../warm/idb.ts'
import type { Implementation, Row } from '../warm/cases.ts'
import { baseline, loadImplementations } from '../warm/implementations.ts'
import { type Contender, compare, timed } from '../warm/measure.ts'
import type { Ask } from '../question.ts'

const count = 1000

export const ask: Ask = async (places, { filter, rounds }) => {
  const name = '1,000 databases made, used and deleted'
  if (!name.includes(filter)) return { rows: [], missing: {} }
  const { available, missing } = await loadImplementations(places)
  const inMemory = available.filter((it) => it.name === 'memory' || it.name === baseline)
  const effort = { warmUps: 1, rounds: rounds ?? 5 }
  const measurements = await compare(inMemory.map(contenderOf), effort, baseline)
  for (const { close } of available) await close()
  const goals = [{ contender: 'memory', ratio: 1, node20: 1 }]
  const row: Row = { name, count, measurements, baseline, goals }
  return { rows: [row], missing: Object.fromEntries(missing) }
}

function contenderOf({ name, factory }: Implementation): Contender {
  return {
    name,
    round: () =>
      timed(async () => {
        for (let i = 0; i < count; i++) await makeUseAndDelete(factory, `database ${i}`)
      }),
  }
}

async function makeUseAndDelete(factory: IDBFactory, name: string): Promise<void> {
  const database = await openDatabase(factory, name, (it) => {
    it.createObjectStore('books', { keyPath: 'isbn' })
    it.createObjectStore('loans', { autoIncrement: true })
  })
  const transaction = database.transaction('books', 'readwrite')
  transaction.objectStore('books').put({ isbn: 1, title: name })
  await completionOf(transaction)
  const found = await resultOf(database.transaction('books').objectStore('books').get(1))
  expectSame(found.title, name, 'title')
  database.close()
  await resultOf(factory.deleteDatabase(name))
}
