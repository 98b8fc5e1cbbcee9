import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { StorageError } from '../../../src/errors.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import type { StorageDirectory } from '../../../src/storage/storage.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import {
  engine,
  found,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

// Many files are opened.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const pageSize = 4096
const fileName = fileNameOf('test')
const recordCount = 200

let warnings: StorageError[] = []
let sound: MemoryVfs
/** A page without which not all records can be read. */
let pageOfRecords: number

beforeAll(async () => {
  sound = memory()
  const directory = open(sound)
  const database = await openWithStore(directory, { indexes: [indexOf(1)] })
  transact(database, (it) => {
    for (let i = 0; i < recordCount; i++) it.put(recordNumber(i))
  })
  await database.close()
  await directory.close()
  pageOfRecords = await findPageOfRecords()
})

beforeEach(() => {
  warnings = []
})

test('a file closed properly is found damaged when a page is read, and the next open fails, the file untouched', async () => {
  const vfs = sound.fork()
  const damaged = damage(vfs, pageOfRecords)
  const directory = open(vfs)
  const database = await directory.open('test')
  expect(() => found(database)).toThrow(expect.objectContaining({ code: 'corrupt' }))
  await database.close()
  await expect(directory.open('test')).rejects.toMatchObject({ code: 'corrupt' })
  expect(bytesOf(vfs, fileName).equals(damaged)).toBe(true)
})

test('a file that was not closed properly is checked when it is opened', async () => {
  const vfs = sound.fork()
  const unclosed = open(vfs)
  const database = await unclosed.open('test')
  transact(database, (it) => it.put(recordOf('one more')))
  const left = vfs.fork()
  damage(left, pageOfRecords)
  await expect(open(left).open('test')).rejects.toMatchObject({ code: 'corrupt' })
})

test('whichever page (of every third) is damaged, a salvage gives a sound database of true records and keeps the damaged file', async () => {
  let saved = 0
  for (let page = 1; page < pageCount(); page += 3) {
    const vfs = sound.fork()
    const damaged = damage(vfs, page)
    const directory = open(vfs, 'salvage')
    const database = await openAfterDamage(directory)
    const records = found(database)
    saved += records.length
    expect(database.care.check()).toEqual([])
    for (const { key, value } of records) expect(value).toBe(textNumber(Number(key.slice(1, -1))))
    await database.close()
    if (warnings.length === 0) {
      expect(records.length).toBe(recordCount)
      continue
    }
    const names = await vfs.directory('test').list()
    const aside = names.find((name) => name.startsWith(`${fileName}-damaged-`)) ?? 'none'
    expect(bytesOf(vfs, aside).equals(damaged)).toBe(true)
    warnings = []
  }
  // A page of forty: most records are in others.
  expect(saved).toBeGreaterThan((recordCount * pageCount()) / 4)
})

test('records that indexes name and that are on no page are told as lost, those that no page leads to are saved', async () => {
  const vfs = sound.fork()
  const { page, cellCount } = interiorPageOfRecords()
  const file = vfs.directory('test').open(fileName, { create: false })
  file?.write(Uint8Array.of(0, cellCount - 2), page * pageSize + 3)
  const database = await openAfterDamage(open(vfs, 'salvage'))
  const count = found(database).length
  expect(count).toBe(recordCount - 2)
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(new RegExp(`${recordCount - count} .*lost`)),
  ])
})

test.each<[string, (i: number) => IDBValidKey]>([
  ['strings in their order', (i) => String(i).padStart(5, '0')],
  ['strings in no order', (i) => `${(i * 7_919) % 99_991}`.padStart(5, '0')],
  ['numbers', (i) => i],
  ['dates', (i) => new Date(1.7e12 + 60_000 * i)],
])(
  'of a store without indexes, whose keys are %s, all is saved that stands on no damaged page',
  async (_, keyOfRecord) => {
    const vfs = memory()
    const directory = open(vfs)
    const stored = await openWithStore(directory)
    transact(stored, (it) => {
      for (let i = 0; i < 2_000; i++)
        it.put(recordOf('', `value ${i} `.repeat(20), { key: encodedKey(keyOfRecord(i)) }))
    })
    await stored.close()
    await directory.close()
    const pages = leavesOfRecords(vfs)
    const damaged = [4, 9, 11, 30].map((i) => pages[i])
    for (const it of damaged) damage(vfs, it?.page ?? 0)
    const saved = found(await openAfterDamage(open(vfs, 'salvage')))
    const lost = damaged.reduce((sum, it) => sum + (it?.cellCount ?? 0), 0)
    expect(saved).toHaveLength(2_000 - lost)
    expect(warnings[0]?.message).toContain(`salvaged: ${2_000 - lost} records`)
    expect(new Set(saved.map(({ value }) => value)).size).toBe(saved.length)
  },
)

test('the warning says what was saved and where the damaged file is', async () => {
  const vfs = sound.fork()
  damage(vfs, pageOfRecords)
  await openAfterDamage(open(vfs, 'salvage'))
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /Database "test" .* has been salvaged: \d+ records .* kept as .*-damaged-/,
    ),
  ])
})

test('a salvage that fails at a call of the file system (every seventh) is begun again or finished by the next open', async () => {
  for (let nth = 1; ; nth += 7) {
    const left = sound.fork()
    damage(left, pageOfRecords)
    const vfs = faulty(left)
    const directory = open(vfs, 'salvage')
    const first = await directory.open('test')
    expect(() => found(first)).toThrow()
    await first.close()
    vfs.inject({ faults: [{ on: 'any', nth }] })
    const second = await directory.open('test').catch(() => directory.open('test'))
    const callCount = vfs.callCount('any')
    vfs.inject({})
    expect(found(second).length).toBeGreaterThan(recordCount / 2)
    expect(second.care.check()).toEqual([])
    if (callCount < nth) break
  }
})

test('what a salvage that failed at a call (every seventh) has left does not outlive a deletion', async () => {
  for (let nth = 1; ; nth += 7) {
    const { vfs, directory, callCount } = await failedSalvage(nth)
    await directory.delete('test')
    const database = await directory.open('test')
    expect(database.schema.version).toBe(0)
    await database.close()
    const names = await vfs.directory('test').list()
    expect(names.filter((name) => name.endsWith('-rescued'))).toEqual([])
    if (callCount < nth) break
  }
})

test('list() names a database whose salvage failed at a call (every seventh)', async () => {
  for (let nth = 1; ; nth += 7) {
    const { directory, callCount } = await failedSalvage(nth)
    expect(await directory.list()).toEqual([{ name: 'test', version: 1 }])
    if (callCount < nth) break
  }
})

test('a file of a newer format is not salvaged', async () => {
  const vfs = sound.fork()
  const file = vfs.directory('test').open(fileName, { create: false })
  file?.write(Uint8Array.of(9), 63)
  await expect(open(vfs, 'salvage').open('test')).rejects.toMatchObject({ code: 'foreign' })
  expect(await vfs.directory('test').list()).toEqual([fileName])
})

/** A salvage in which all calls from one on fail, until it has ended; then the directory is opened again. */
async function failedSalvage(nth: number) {
  const left = sound.fork()
  damage(left, pageOfRecords)
  const vfs = faulty(left)
  const first = open(vfs, 'salvage')
  const database = await first.open('test')
  expect(() => found(database)).toThrow()
  await database.close()
  vfs.inject({ faults: [{ on: 'any', nth, times: Infinity }] })
  const saved = await first.open('test').catch(() => null)
  const callCount = vfs.callCount('any')
  vfs.inject({})
  await saved?.close()
  expect(vfs.openFiles()).toEqual([])
  await first.close()
  return { vfs: left, directory: open(vfs, 'salvage'), callCount }
}

function open(vfs: Vfs, ifCorrupt: 'throw' | 'salvage' = 'throw'): StorageDirectory {
  return openStorageDirectory({
    vfs: { ...vfs, isPersistent: true },
    path: 'test',
    waitMs: 0,
    getEngine: engine,
    ifCorrupt,
    onWarning: (warning) => warnings.push(warning),
  })
}

/** Opens the database, checks it, and opens it again if that met damage. */
async function openAfterDamage(directory: StorageDirectory) {
  const database = await directory.open('test')
  if (database.care.check().length === 0) return database
  await database.close()
  return directory.open('test')
}

async function findPageOfRecords(): Promise<number> {
  for (let page = pageCount() >> 1; ; page++) {
    const vfs = sound.fork()
    damage(vfs, page)
    const database = await open(vfs).open('test')
    try {
      found(database)
    } catch {
      return page
    }
  }
}

/** A string key: what is saved must be a key, so tag and terminator are there. */
const keyOf = (i: number): string => `\x30${String(i).padStart(5, '0')}\0`
/** Every tenth is a large value. */
const textNumber = (i: number): string => `value ${i} `.repeat(i % 10 === 0 ? 300 : 20)
const recordNumber = (i: number) =>
  recordOf(keyOf(i), textNumber(i), { indexKeys: indexKeys([1, `index ${i % 50}`]) })

/** A page of the table of records that leads to others, and how many. */
function interiorPageOfRecords(): { page: number; cellCount: number } {
  const bytes = bytesOf(sound, fileName)
  for (let page = 1; page < pageCount(); page++) {
    const start = page * pageSize
    const [type, cellCount] = [bytes[start], bytes.readUInt16BE(start + 3)]
    const isOfRecords = bytes.subarray(start, start + pageSize).includes('value ')
    if (type === 2 && cellCount > 2 && isOfRecords) return { page, cellCount }
  }
  throw new Error('No page of records leads to others')
}

/** The pages of the table of records that lead to no others, and how many records are on each. */
function leavesOfRecords(vfs: Vfs): { page: number; cellCount: number }[] {
  const bytes = bytesOf(vfs, fileName)
  return Array.from({ length: bytes.length / pageSize - 1 }, (_, i) => i + 1)
    .map((page) => ({ page, start: page * pageSize }))
    .filter(({ start }) => bytes[start] === 10)
    .filter(({ start }) => bytes.subarray(start, start + pageSize).includes('value '))
    .map(({ page, start }) => ({ page, cellCount: bytes.readUInt16BE(start + 3) }))
}

function encodedKey(key: IDBValidKey): Uint8Array {
  const encoded = convertValueToKey(key)
  if (!encoded) throw new Error('It is a key')
  return encoded
}

function pageCount(): number {
  return bytesOf(sound, fileName).length / pageSize
}

/** Overwrites a page, counted from 0, and gives the whole file. */
function damage(vfs: Vfs, page: number): Buffer {
  const file = vfs.directory('test').open(fileName, { create: false })
  file?.write(new Uint8Array(pageSize).fill(0xa7), page * pageSize)
  return bytesOf(vfs, fileName)
}

function bytesOf(vfs: Vfs, name: string): Buffer {
  const file = vfs.directory('test').open(name, { create: false })
  if (!file) throw new Error(`File ${name} is missing`)
  const bytes = Buffer.alloc(file.size())
  file.read(bytes, 0)
  return bytes
}
