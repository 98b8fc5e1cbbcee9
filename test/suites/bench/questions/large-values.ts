/** What do values cost that are not small? */
import { completionOf, expectSameBytes, resultOf } from '../warm/idb.ts'
import type { Case } from '../warm/cases.ts'
import { scatter } from '../report/records.ts'

function binaryValues(count: number, byteCount: number): Uint8Array[] {
  return Array.from({ length: count }, (_, id) => {
    const bytes = new Uint8Array(byteCount)
    for (let i = 0; i < byteCount; i += 4) bytes[i] = scatter(id + i)
    return bytes
  })
}

function upgrade(database: IDBDatabase): void {
  database.createObjectStore('values')
}

function putCase(name: string, values: readonly Uint8Array[], goal: Case['goal']): Case {
  return {
    name,
    count: values.length,
    ...(goal && { goal }),
    isFresh: true,
    upgrade,
    async run({ database }) {
      const transaction = database.transaction('values', 'readwrite')
      const store = transaction.objectStore('values')
      values.forEach((value, key) => store.put(value, key))
      await completionOf(transaction)
    },
    async check({ database }) {
      const [value] = values.slice(-1)
      if (!value) throw new Error('unreachable: there are values')
      const store = database.transaction('values').objectStore('values')
      expectSameBytes(await resultOf(store.get(values.length - 1)), value, 'the last value')
    },
  }
}

export const cases: readonly Case[] = [
  putCase('put 1,000 of 10 KiB', binaryValues(1000, 10 * 1024), { ratio: 1.2, node20: 1.3 }),
  putCase('put 10 of 1 MiB', binaryValues(10, 1024 * 1024), undefined),
]
