/** Databases on a server that a thread serves to others. */
import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createIndexedDB, serve } from '../../../src/index.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

onServer('databases on a server that are served', ({ factory }) => {
  test('a client uses them, and is told when the thread that serves them has ended', async () => {
    const owner = await factory({}, () => {})
    const { port1, port2 } = new MessageChannel()
    serve(port1 as unknown as MessagePort, owner) // Node's do what the web's do.
    const client = createIndexedDB({ port: port2 as unknown as MessagePort, onWarning() {} })
    const database = await openDatabase(client, (it) => it.createObjectStore('s'))
    const closed = new Promise((resolve) => database.addEventListener('close', resolve))
    const write = (key: number): IDBTransaction => {
      const transaction = database.transaction('s', 'readwrite')
      transaction.objectStore('s').put(key, key)
      return transaction
    }
    await completion(write(1))
    const lost = write(2)
    const failing = expect(completion(lost)).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_OWNER_LOST' },
    })
    port1.close()
    await Promise.all([failing, closed])
    const again = await resultOf(owner.open('test'))
    expect(await resultOf(again.transaction('s').objectStore('s').get(1))).toBe(1)
  })
})
