/** Roles with settings of their own, which a server gives to each of their connections. */
import { expect, test } from 'vitest'
import { installPostgres } from '../../../src/remote/entry.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

onServer('a role with defaults of its own', ({ factory, connectionString, schema }) => {
  let count = 0
  /** Two processes of a role with that setting; what each has open. */
  const openedBy = async (setting: string): Promise<[IDBDatabase, IDBDatabase]> => {
    const role = `app${++count}`
    const text = `CREATE ROLE ${role} LOGIN; ALTER ROLE ${role} SET ${setting}`
    await askServer(connectionString(), text)
    await installPostgres({ connectionString: connectionString(), schema: await schema(), role })
    const way = connectionString().replace('postgres@', `${role}@`)
    const [one, other] = [await factory(), await factory({ connectionString: way })]
    const made = await openDatabase(one, (it) => {
      it.createObjectStore('s', { autoIncrement: true }).createIndex('i', 'k', { unique: true })
    })
    made.close()
    const again = await factory({ connectionString: way })
    return [await openDatabase(other, () => {}), await openDatabase(again, () => {})]
  }

  for (const level of ['repeatable read', 'serializable']) {
    const setting = `default_transaction_isolation = '${level}'`

    test(`transactions see those before them where the default is ${level}`, async () => {
      const both = await openedBy(setting)
      const increment = (database: IDBDatabase): Promise<void> => {
        const transaction = database.transaction('s', 'readwrite')
        const store = transaction.objectStore('s')
        store.get('n').onsuccess = ({ target }) => {
          const { result = 0 } = target as IDBRequest<number | undefined>
          store.put(result + 1, 'n')
        }
        return completion(transaction)
      }
      const all = Array.from({ length: 20 }, () => both.map((it) => increment(it))).flat()
      await Promise.all(all)
      const store = both[0].transaction('s').objectStore('s')
      expect(await resultOf(store.get('n'))).toBe(all.length)
    })

    test(`a unique index stays so where the default is ${level}`, async () => {
      const both = await openedBy(setting)
      const add = (database: IDBDatabase, k: number): Promise<string> => {
        const transaction = database.transaction('s', 'readwrite')
        const store = transaction.objectStore('s')
        store.get('nothing').onsuccess = () => store.add({ k })
        return completion(transaction).then(
          () => 'added',
          ({ name }: Error) => name,
        )
      }
      for (let k = 0; k < 10; k++) {
        const ends = await Promise.all(both.map((it) => add(it, k)))
        expect(ends.sort()).toEqual(['ConstraintError', 'added'])
      }
    })
  }

  test('key generators count to the end where numbers would lose digits', async () => {
    const [one, other] = await openedBy('extra_float_digits = 0')
    const last = 2 ** 53 - 3
    const put = (it: IDBDatabase, key?: number): Promise<IDBValidKey> =>
      resultOf(it.transaction('s', 'readwrite').objectStore('s').put({}, key))
    await put(one, last)
    expect([await put(other), await put(one)]).toEqual([last + 1, last + 2])
  })
})
