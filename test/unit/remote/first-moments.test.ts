/** Connections to a server that it ends just as they are made, with its last answer. */
import { expect, test } from 'vitest'
import { onServer } from '../../kit/postgres-suite.ts'
import { startProxy } from '../../kit/postgres-proxy.ts'
import { completion, openDatabase } from '../../kit/promises.ts'

onServer('connections that end as they are made', ({ factory, connectionString }) => {
  test('the next one is made for the transactions that wait', async () => {
    const proxy = await startProxy(connectionString())
    try {
      proxy.endAtAnswerTo = '.slots (client'
      const way = { connectionString: proxy.connectionString, connections: 1 }
      const database = await openDatabase(await factory(way), (it) => it.createObjectStore('s'))
      expect(proxy.endAtAnswerTo).toBe(null)
      const transaction = database.transaction('s', 'readwrite')
      transaction.objectStore('s').put(1, 1)
      await completion(transaction)
    } finally {
      await proxy.close()
    }
  })

  test('a process hears from others on another one', async () => {
    const proxy = await startProxy(connectionString())
    try {
      proxy.endAtAnswerTo = 'synchronous_standby_names'
      const way = { connectionString: proxy.connectionString }
      const database = await openDatabase(await factory(way), (it) => it.createObjectStore('s'))
      expect(proxy.endAtAnswerTo).toBe(null)
      const asked = new Promise<number | null>((resolve) => {
        database.onversionchange = ({ newVersion }) => {
          database.close()
          resolve(newVersion)
        }
      })
      const [newVersion] = await Promise.all([
        asked,
        openDatabase(await factory(), () => {}, { version: 2 }),
      ])
      expect(newVersion).toBe(2)
    } finally {
      await proxy.close()
    }
  })
})
