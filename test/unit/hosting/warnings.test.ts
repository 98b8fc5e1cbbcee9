/** What `onWarning` hears, and what comes of it, wherever the host runs. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { close, createIndexedDB, type IndexedDBOptions, salvageReport } from '../../../src/index.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { uncaught } from '../../kit/uncaught.ts'
import { buildWorker } from './build-worker.ts'

const pageSize = 4096
const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-warnings-'))
const worker = buildWorker(folder)
let path = ''

beforeAll(() => worker.built)
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  const factory = createIndexedDB({ path })
  const database = await openDatabase(factory, (it) => it.createObjectStore('s'))
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put('x'.repeat(200_000), 'key')
  await completion(transaction)
  await close(factory)
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

/** Spoils two pages of the database's file. */
function damage({ firstPage }: { firstPage: number }): void {
  const name = readdirSync(path).find((it) => /^[^.].*\.sqlite$/.test(it))
  const file = join(path, name ?? 'none')
  const bytes = readFileSync(file)
  bytes.fill(0x5a, firstPage * pageSize, (firstPage + 2) * pageSize)
  writeFileSync(file, bytes)
}

/** A listener of warnings, and a promise of the first. */
function listener(then: (warning: Error) => void = () => {}) {
  let heard = (_warning: Error): void => {}
  const first = new Promise<Error>((resolve) => (heard = resolve))
  const onWarning = (warning: Error): void => {
    heard(warning)
    then(warning)
  }
  return { first, onWarning }
}

const thrower = (): never => {
  throw new Error('thrown by onWarning')
}

describe.each<[string, () => IndexedDBOptions]>([
  ['in this thread', () => ({ path })],
  ['in a worker', () => ({ path, worker: worker.url })],
])('%s', (_, hosting) => {
  const salvaging = (onWarning: (warning: Error) => void): IndexedDBOptions => ({
    ...hosting(),
    ifCorrupt: 'salvage',
    integrityCheck: 'always',
    onWarning,
  })

  test('onWarning hears what a salvage has saved, as the open request does', async () => {
    damage({ firstPage: 20 })
    const { first, onWarning } = listener()
    const factory = createIndexedDB(salvaging(onWarning))
    const request = factory.open('test')
    await resultOf(request)
    expect(await first).toMatchObject({
      name: 'UnknownError',
      message: expect.stringContaining('has been salvaged') as string,
      cause: { code: 'ERR_IDB_SALVAGED', path, database: 'test' },
      report: { quarantine: expect.any(String) as string, stores: [{ name: 's' }] },
    })
    expect(salvageReport(request)).toEqual(((await first) as { report?: unknown }).report)
    await close(factory)
  })

  test("an onWarning that throws fails no open; its exception is reported like a listener's", async () => {
    damage({ firstPage: 20 })
    const reported = uncaught()
    const factory = createIndexedDB(salvaging(listener(thrower).onWarning))
    const request = factory.open('test')
    await resultOf(request)
    expect(salvageReport(request)?.stores).toHaveLength(1)
    expect(await reported).toMatchObject({ message: 'thrown by onWarning' })
    await close(factory)
  })

  test('an onWarning that throws does not fail databases()', async () => {
    damage({ firstPage: 0 })
    const reported = uncaught()
    const factory = createIndexedDB({ ...hosting(), onWarning: thrower })
    expect(await factory.databases()).toEqual([])
    expect(await reported).toMatchObject({ message: 'thrown by onWarning' })
    await close(factory)
  })

  test('an onWarning may use the factory, even close it', async () => {
    damage({ firstPage: 20 })
    let closed = Promise.resolve()
    const factory = createIndexedDB(
      salvaging(() => {
        closed = close(factory)
      }),
    )
    // Open by then, or not.
    const [outcome] = await Promise.allSettled([resultOf(factory.open('test'))])
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'AbortError' })
    await closed
    expect((await resultOf(factory.open('test'))).name).toBe('test')
    await close(factory)
  })
})
