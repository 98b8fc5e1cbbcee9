/** Transactions in which nothing happens for longer than the server keeps those of a process that stands still. */
import { expect, test, vi } from 'vitest'
import { withTransaction } from '../../../src/extras.ts'
import { serverAddresses } from '../../../src/remote/wire/server-address.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

const idleMs = vi.hoisted(() => 3_000)
vi.mock('../../../src/remote/options.ts', async (importOriginal) => {
  const { withIdleMs } = await import('../../kit/with-idle-ms.ts')
  return withIdleMs(await importOriginal(), idleMs)
})

onServer('transactions that wait', ({ connectionString, factory }) => {
  /** Resolves once the server has ended a transaction that begins now and in which nothing happens. */
  const others = async (): Promise<void> => {
    const addresses = serverAddresses(connectionString())
    const reaching = { addresses, tls: undefined, waitMs: 0, idleMs, isPooled: false }
    const wire = await new Connector(reaching).connect()
    await wire.ask({ text: 'BEGIN' })
    await new Promise<void>((resolve) => wire.onLoss(resolve))
  }

  const makeStore = (database: IDBDatabase): unknown => database.createObjectStore('s')

  for (const mode of ['readonly', 'readwrite'] as const) {
    test(`a ${mode} one goes on after others were ended by the server`, async () => {
      const database = await openDatabase(await factory(), makeStore)
      const count = await withTransaction(
        database,
        's',
        mode,
        async (transaction, ask) => {
          const store = transaction.objectStore('s')
          if (mode === 'readwrite') await ask(() => store.put('v', 'k'))
          else await ask(() => store.get('k'))
          await others()
          return ask(() => store.count())
        },
        { timeLimit: 60_000 },
      )
      expect(count).toBe(mode === 'readwrite' ? 1 : 0)
    })
  }

  /** Has `store` put a Blob whose content is read only once others were ended; gives what was stored then. */
  const textOfSlowBlob = async (store: (blob: Blob) => Promise<IDBDatabase>): Promise<string> => {
    const bytes = await new Blob(['text']).arrayBuffer()
    const read = vi.spyOn(Blob.prototype, 'arrayBuffer').mockImplementationOnce(async () => {
      await others()
      return bytes
    })
    const database = await store(new Blob(['text'])).finally(() => read.mockRestore())
    const stored = (await resultOf(database.transaction('s').objectStore('s').get('k'))) as Blob
    return stored.text()
  }

  test('one that waits for the content of a Blob stores it', async () => {
    const database = await openDatabase(await factory(), makeStore)
    const text = await textOfSlowBlob(async (blob) => {
      const store = database.transaction('s', 'readwrite').objectStore('s')
      await resultOf(store.put('before', 'other'))
      await resultOf(store.put(blob, 'k'))
      return database
    })
    expect(text).toBe('text')
  })

  test('so does an upgrade', async () => {
    const indexedDB = await factory()
    const text = await textOfSlowBlob((blob) =>
      openDatabase(indexedDB, (database) => database.createObjectStore('s').put(blob, 'k')),
    )
    expect(text).toBe('text')
  })
})
