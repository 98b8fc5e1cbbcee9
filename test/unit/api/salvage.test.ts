import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { close, createIndexedDB, salvageReport } from '../../../src/index.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const recordCount = 300
const pageSize = 4096

let path = ''
let file = ''

beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  file = join(path, fileNameOf('test'))
  const indexedDB = createIndexedDB({ path })
  const database = await openDatabase(indexedDB, (it) => {
    const store = it.createObjectStore('s')
    for (let i = 0; i < recordCount; i++) store.put({ text: textOf(i) }, i)
    it.createObjectStore('sound').put('here', 'still')
  })
  database.close()
  await close(indexedDB)
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

/** Some ten lie on a page. */
const textOf = (i: number): string => `<${String(i).padStart(4, '0')}>`.padEnd(350, '.')

/** Spoils the page that holds a record. Gives the numbers of those that lie on it. */
function damagePageOf(number: number): ReadonlySet<number> {
  const bytes = readFileSync(file)
  const start = Math.floor(bytes.indexOf(textOf(number)) / pageSize) * pageSize
  const page = bytes.subarray(start, start + pageSize)
  const lost = page.toString('latin1').matchAll(/<(\d{4})>/g)
  const numbers = new Set([...lost].map(([, digits]) => Number(digits)))
  page.fill(0xa7)
  writeFileSync(file, bytes)
  return numbers
}

/** Meets the damage, closes, and opens once more. */
async function openTwice(onWarning: (warning: Error) => void = () => {}) {
  const indexedDB = createIndexedDB({ path, ifCorrupt: 'salvage', onWarning })
  const first = await resultOf(indexedDB.open('test'))
  const closed = new Promise((resolve) => first.addEventListener('close', resolve))
  await expect(resultOf(first.transaction('s').objectStore('s').getAll())).rejects.toThrow()
  await closed
  const request = indexedDB.open('test')
  return { indexedDB, request, database: await resultOf(request) }
}

describe.each([
  ['at the start', 0],
  ['in the middle', recordCount / 2],
  ['at the end', recordCount - 1],
])('a page damaged %s of a store', (_, number) => {
  // One of them may lie on the page above it, too, and leave its copy behind.
  test('costs the records that lie on it, and no others', async () => {
    const lost = damagePageOf(number)
    expect(lost.size).toBeGreaterThan(5)
    const { indexedDB, database } = await openTwice()
    const keys = await resultOf(database.transaction('s').objectStore('s').getAllKeys())
    const missing = Array.from({ length: recordCount }, (_, i) => i).filter(
      (i) => !keys.includes(i),
    )
    expect(missing.filter((i) => !lost.has(i))).toEqual([])
    expect(missing.length).toBeGreaterThanOrEqual(lost.size - 1)
    await close(indexedDB)
  })
})

/** The names of the databases' files and of what lies beside them; the owner's own are left out. */
const filesLeft = (): string[] =>
  readdirSync(path)
    .filter((name) => name.includes('.sqlite'))
    .map((name) => name.replace(/-damaged-\d+/, '-damaged'))
    .sort()

test.each([
  ['a page', (bytes: Buffer) => void bytes.fill(0xa7, 5 * pageSize, 6 * pageSize)],
  ['all pages', (bytes: Buffer) => void bytes.fill(0xa7, 100)],
])('a salvage of a file with %s damaged leaves the file and the damaged one', async (_, damage) => {
  const bytes = readFileSync(file)
  damage(bytes)
  writeFileSync(file, bytes)
  const options = { path, ifCorrupt: 'salvage', integrityCheck: 'always' } as const
  const indexedDB = createIndexedDB({ ...options, onWarning: () => {} })
  const database = await resultOf(indexedDB.open('test'))
  const name = fileNameOf('test')
  expect(filesLeft().filter((it) => it.includes('-rescue'))).toEqual([])
  database.close()
  await close(indexedDB)
  expect(filesLeft()).toEqual([name, `${name}-damaged`])
})

test.each(['-rescue', '-rescue-wal', '-rescue-journal'])(
  'a file that ends in %s and was left by a salvage goes when databases are listed',
  async (suffix) => {
    const name = fileNameOf('test')
    writeFileSync(`${file}${suffix}`, '')
    const indexedDB = createIndexedDB({ path })
    expect(await indexedDB.databases()).toEqual([{ name: 'test', version: 1 }])
    await close(indexedDB)
    expect(filesLeft()).toEqual([name])
  },
)

test('the open request and the warning report what was saved of each store', async () => {
  const lost = damagePageOf(recordCount / 2)
  const warnings: Error[] = []
  const { indexedDB, request, database } = await openTwice((warning) => warnings.push(warning))
  const report = salvageReport(request)
  const saved = await resultOf(database.transaction('s').objectStore('s').count())
  expect(saved).toBeLessThanOrEqual(recordCount - lost.size + 1)
  expect(report?.stores).toEqual([
    { name: 's', saved, lost: 0, hasGap: true },
    { name: 'sound', saved: 1, lost: 0, hasGap: false },
  ])
  expect(existsSync(join(path, report?.quarantine ?? 'none'))).toBe(true)
  expect(warnings).toEqual([expect.objectContaining({ report })])
  await close(indexedDB)
})

test('the report is kept until an open request has delivered it', async () => {
  damagePageOf(recordCount / 2)
  const options = {
    path,
    ifCorrupt: 'salvage',
    integrityCheck: 'always',
    onWarning: () => {},
  } as const
  const indexedDB = createIndexedDB(options)
  const failing = indexedDB.open('test', 2)
  failing.onupgradeneeded = () => failing.transaction?.abort()
  await expect(resultOf(failing)).rejects.toMatchObject({ name: 'AbortError' })
  const requests = [indexedDB.open('test'), indexedDB.open('test')]
  for (const request of requests) {
    await resultOf(request)
    expect(salvageReport(request)?.stores).toHaveLength(2)
  }
  for (const request of requests) request.result.close()
  await resultOf(indexedDB.deleteDatabase('none'))
  const last = indexedDB.open('test')
  await resultOf(last)
  expect(salvageReport(last)).toBe(null)
  await close(indexedDB)
})

test('an open request of a sound database has no report, and other objects have none to ask for', async () => {
  const indexedDB = createIndexedDB({ path, ifCorrupt: 'salvage' })
  const request = indexedDB.open('test')
  expect(salvageReport(request)).toBe(null)
  await resultOf(request)
  expect(salvageReport(request)).toBe(null)
  expect(() => salvageReport({} as IDBOpenDBRequest)).toThrow(TypeError)
  await close(indexedDB)
})

test('a page damaged under an open connection fails the request, aborts the transaction and closes the connection', async () => {
  const indexedDB = createIndexedDB({ path })
  const database = await resultOf(indexedDB.open('test'))
  const events: string[] = []
  for (const type of ['abort', 'close']) database.addEventListener(type, () => events.push(type))
  const closed = new Promise((resolve) => database.addEventListener('close', resolve))
  damagePageOf(recordCount / 2)

  const transaction = database.transaction('s', 'readwrite')
  const completed = completion(transaction)
  transaction.objectStore('s').put('lost again', 'undone')
  const request = transaction.objectStore('s').getAll()
  request.onerror = (event) => event.preventDefault()
  await expect(resultOf(request)).rejects.toMatchObject({
    name: 'UnknownError',
    message: expect.stringMatching(/Database "test" \(file .*\.sqlite\): .*malformed/) as string,
  })
  await expect(completed).rejects.toMatchObject({ name: 'UnknownError' })
  await closed
  expect(events).toEqual(['abort', 'close'])
  expect(() => database.transaction('s')).toThrow(
    expect.objectContaining({ name: 'InvalidStateError' }),
  )
  await close(indexedDB)
})

test('check: "always" finds damage in a file that was closed properly before anything of it is read', async () => {
  damagePageOf(recordCount / 2)
  const trusting = createIndexedDB({ path })
  const database = await resultOf(trusting.open('test'))
  database.close()
  await close(trusting)
  const checking = createIndexedDB({ path, integrityCheck: 'always' })
  await expect(resultOf(checking.open('test'))).rejects.toMatchObject({ name: 'UnknownError' })
  await close(checking)
})
