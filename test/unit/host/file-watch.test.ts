import { describe, expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import {
  createStores,
  type Log,
  open,
  put,
  settle,
  store,
  Tester,
  turn,
} from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

const gone = () => {
  throw new StorageError('lost', 'the file is gone')
}

/** Databases that can be looked after. */
async function fixture({ databases = ['db'], canVerifyLater = false } = {}) {
  const storage = new ModelDirectory()
  storage.canVerify = true
  storage.canVerifyLater = canVerifyLater
  const reported: string[] = []
  const host = createHost({
    storage,
    durability: 'relaxed',
    report: ({ message }) => reported.push(message),
  })
  const log: Log = []
  const connections = []
  for (const name of databases) {
    connections.push(await open(host, name, { changes: createStores(store(1)), log }))
  }
  log.length = 0
  const [connection] = connections
  if (!connection) throw new Error('no database')
  return { storage, host, connection, connections, log, reported }
}

async function commit(connection: Awaited<ReturnType<typeof fixture>>['connection'], log?: Log) {
  const durability = 'strict'
  const transaction = new Tester(connection, { durability, ...(log && { log, title: 'tx' }) })
  const ignore = { record: () => {}, done: () => {}, failed: () => {} }
  transaction.transaction.execute(put(1), ignore)
  return transaction.commit()
}

describe('where only a promise can tell whether the files are there', () => {
  test('a strict commit waits for it, also when it is alone', async () => {
    const { storage, connection, log } = await fixture({ canVerifyLater: true })
    await turn()
    storage.log.length = 0
    const committed = commit(connection, log)
    for (let i = 0; i < 5; i++) await turn()
    expect(storage.log.slice(-2)).toEqual(['verifyLater', 'sync'])
    expect(log).toEqual([])
    storage.verifications.forEach(({ resolve }) => resolve())
    await committed
    expect(log).toEqual(['tx committed'])
  })

  test('when they are gone, a strict commit is lost with the connection', async () => {
    const { storage, connection, log, reported } = await fixture({ canVerifyLater: true })
    const committed = commit(connection, log)
    for (let i = 0; i < 5; i++) await turn()
    storage.verifications.forEach(({ reject }) => reject(new StorageError('lost', 'gone')))
    expect(await committed).toBe('aborted UnknownError')
    await settle()
    expect(log).toEqual(['tx aborted UnknownError', 'closing', 'closed UnknownError'])
    expect(reported).toEqual([])
  })
})

test('an open request for an open database looks for its files', async () => {
  const { storage, host, log } = await fixture()
  storage.before.set('verify', gone)
  await expect(open(host, 'db')).rejects.toMatchObject({ message: 'the file is gone' })
  await settle()
  expect(log).toEqual(['closing', 'closed UnknownError'])
})

test('a database that has lost its files has the others look for theirs', async () => {
  const { storage, host, log, reported } = await fixture({ databases: ['db', 'other', 'third'] })
  storage.before.set('verify', gone)
  await expect(open(host, 'db')).rejects.toMatchObject({ name: 'UnknownError' })
  await settle()
  expect(log).toEqual(Array.from({ length: 3 }, () => ['closing', 'closed UnknownError']).flat())
  expect(reported).toEqual(['the file is gone', 'the file is gone'])
})

test('what merely keeps the files from being looked for closes nothing', async () => {
  const { storage, host, log } = await fixture()
  storage.before.set('verify', () => {
    throw new StorageError('io', 'no such luck')
  })
  await expect(open(host, 'db')).rejects.toMatchObject({ message: 'no such luck' })
  await settle()
  expect(log).toEqual([])
})
