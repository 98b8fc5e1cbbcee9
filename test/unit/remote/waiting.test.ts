/** What waits for a lock of another process, held here by statements of the test's own. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { close } from '../../../src/index.ts'
import { serverSettings } from '../../../src/remote/options.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import type { Wire } from '../../../src/remote/wire/wire.ts'
import { askServer } from '../../kit/ask-server.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { onServer } from '../../kit/postgres-suite.ts'

/** Without what comes after an error within its transaction. */
function errorsIn(log: string): string[] {
  return Array.from(log.matchAll(/ERROR: +(.*)/g), ([, words = '']) => words).filter(
    (words) => !words.startsWith('current transaction is aborted'),
  )
}

function reasonOf(failing: Promise<unknown>): Promise<unknown> {
  return failing.then(
    () => 'opened',
    (error: { cause?: { code?: string } }) => error.cause?.code,
  )
}

onServer('a lock that another process has', ({ factory, connectionString, schema, server }) => {
  let other: Wire

  beforeEach(async () => {
    const { reaching } = serverSettings({ connectionString: connectionString() })
    other = await new Connector(reaching).connect()
    await other.ask({ text: `SET search_path TO "${await schema()}"` })
  })
  afterEach(() => other.end())

  const tell = (...statements: string[]): Promise<unknown> =>
    Promise.all(statements.map((text) => other.ask({ text })))

  /** Resolves once a connection of the test's schema waits for a lock. */
  const waiting = async (): Promise<void> => {
    const place = await schema()
    const text = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${place}%'`
    await expect.poll(() => askServer(connectionString(), text)).not.toEqual([])
  }

  test('an upgrade that waits while its database is deleted makes a new one', async () => {
    const indexedDB = await factory()
    const first = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    first.close()
    // Those who only look for the database are let through.
    await tell('BEGIN', 'SELECT FROM databases FOR NO KEY UPDATE')
    const from: number[] = []
    const opening = openDatabase(indexedDB, (it) => void from.push(it.objectStoreNames.length), {
      version: 2,
    })
    await waiting()
    await tell('DELETE FROM stores', 'DELETE FROM databases', 'COMMIT')
    expect((await opening).version).toBe(2)
    expect(from).toEqual([0])
  })

  test('opening a database that is being upgraded waits without errors on the server, and can be given up', async () => {
    const [first, second] = [await factory(), await factory({ connections: 1 })]
    const database = await openDatabase(first, (it) => it.createObjectStore('s'))
    database.close()
    await tell('BEGIN', 'SELECT FROM databases FOR UPDATE')
    const opening = resultOf(first.open('test'))
    await waiting()
    const givenUp = ['test', 'test'].map((name) => resultOf(second.open(name)))
    for (const outcome of [...givenUp.map(reasonOf), close(second).then(() => 'closed')]) {
      expect(['ERR_IDB_CLOSED', 'closed']).toContain(await outcome)
    }
    // That one has waited for longer than the other, which was given up.
    await tell('COMMIT')
    expect((await opening).version).toBe(1)
    // One, for the request that was given up, and what had been sent with it.
    await expect
      .poll(() => errorsIn(server().log))
      .toEqual(['canceling statement due to user request'])
  })

  const outcomeOf = (transaction: IDBTransaction): Promise<string> =>
    completion(transaction).then(
      () => 'complete',
      () => 'aborted',
    )

  test('a transaction that waits can be aborted, whose commit was on its way with it', async () => {
    const database = await openDatabase(await factory(), (it) => it.createObjectStore('s'))
    const put = (): IDBTransaction => {
      const transaction = database.transaction('s', 'readwrite')
      transaction.objectStore('s').put(1, 1)
      return transaction
    }
    // A connection is there, and its session, as in the course of a program.
    expect(await outcomeOf(put())).toBe('complete')
    await tell('BEGIN', 'DELETE FROM records', 'SELECT FROM stores FOR NO KEY UPDATE')
    const transaction = put()
    const outcome = outcomeOf(transaction)
    const abort = (): string => {
      try {
        transaction.abort()
        return 'aborted'
      } catch (error) {
        return (error as DOMException).name
      }
    }
    await waiting()
    await expect.poll(abort).toBe('aborted')
    expect(await outcome).toBe('aborted')
    await tell('COMMIT')
    expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(0)
  })

  test('one that is aborted while it waits gives its connection back at once', async () => {
    const database = await openDatabase(await factory({ connections: 1 }), (it) =>
      it.createObjectStore('s'),
    )
    await tell('BEGIN', 'SELECT FROM stores FOR NO KEY UPDATE')
    for (let i = 0; i < 3; i++) {
      const transaction = database.transaction('s', 'readwrite')
      // It listens, so that no commit is on its way with it.
      transaction.objectStore('s').put(1, 1).onsuccess = () => {}
      const outcome = outcomeOf(transaction)
      await waiting()
      transaction.abort()
      expect(await outcome).toBe('aborted')
      // The only connection reads now, while the lock is still held.
      expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(0)
    }
    await tell('COMMIT')
  })

  test('one that is let alone waits, and commits', async () => {
    const database = await openDatabase(await factory(), (it) => it.createObjectStore('s'))
    await tell('BEGIN', 'SELECT FROM stores FOR NO KEY UPDATE')
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put('kept', 'k')
    const outcome = outcomeOf(transaction)
    await waiting()
    await tell('COMMIT')
    expect(await outcome).toBe('complete')
    expect(await resultOf(database.transaction('s').objectStore('s').get('k'))).toBe('kept')
  })
})
