/** Whatever pages of a database are overwritten, a salvage has each record that lies on none of them, once and as it was. */
import { expect, test, vi } from 'vitest'
import type { StorageError } from '../../../src/errors.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import { encodeRange, onlyKey } from '../../../src/keys/key-range.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import type { Storage, StorageTransaction } from '../../../src/storage/storage.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import {
  engine,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  scanOf,
  transact,
} from '../../kit/test-directory.ts'

vi.setConfig({ testTimeout: 120_000 })

const pageSize = 4096
const fileName = fileNameOf('test')
const recordCount = 1_200
/** Of the tables, in the order in which a new file has them. */
const roots = { records: 6, largeValues: 7, indexRecords: 8 }

/** A database, and of each of its records the bytes as which its key lies on pages, and its value. */
interface Filled {
  readonly vfs: MemoryVfs
  readonly live: ReadonlyMap<string, { readonly key: Buffer; readonly value: string }>
}

const keyKinds: readonly (readonly [string, (i: number) => IDBValidKey])[] = [
  ['numbers', (i) => i],
  ['strings close together', (i) => String(i).padStart(5, '0')],
  [
    'strings, some of them long',
    (i) => `${(i * 7_919) % 99_991} long `.repeat(i % 9 === 0 ? 300 : 1),
  ],
  ['dates', (i) => new Date(1.7e12 + 60_000 * i)],
  ['binary', (i) => Uint8Array.of(255, i >> 8, i & 255, 255).buffer],
  ['arrays', (i) => ['common', i >> 5, [String(i)]]],
]

const damages: readonly (readonly [string, (pages: Pages, random: Random) => readonly number[]])[] =
  [
    ['the first and the last leaf', ({ leaves }) => [leaves[0] ?? 0, leaves.at(-1) ?? 0]],
    ['two neighbours', ({ leaves }, random) => leaves.slice(random(leaves.length - 2)).slice(0, 2)],
    ['all leaves but three', ({ leaves }) => leaves.filter((_, i) => i % 20 !== 9)],
    ['the root', () => [roots.records]],
    ['what leads to the leaves', ({ interiors }) => interiors],
    ['the roots of all trees', () => Object.values(roots)],
    ['the pages that say what pages are', ({ interiors }) => [2, ...interiors]],
    [
      'any ten',
      ({ all }, random) => Array.from({ length: 10 }, () => all[random(all.length)] ?? 0),
    ],
  ]

const fillings: readonly (readonly [string, (page: Buffer, random: Random) => Buffer])[] = [
  ['one byte', (page) => page.fill(0xa7)],
  ['zeros', (page) => page.fill(0)],
  ['any bytes', (page, random) => Buffer.from(page.map(() => random(256)))],
]

const cases = keyKinds.flatMap(([name, keyOf], kind) =>
  [0, 1].map((indexCount) => [name, indexCount, { keyOf, kind }] as const),
)

test.each(cases)(
  'of a store with keys that are %s and %i indexes, all is saved that lies on readable pages, whichever are not',
  async (_, indexCount, { keyOf, kind }) => {
    const filled = await fill(keyOf, indexCount)
    const pages = pagesOf(bytesOf(filled.vfs, fileName))
    let expected = 0
    for (const [i, [what, choose]] of damages.entries()) {
      const random = randomFrom(10 * i + kind)
      const damaged = new Set(choose(pages, random))
      const [withWhat, overwrite] = fillings[(i + kind + indexCount) % fillings.length] ?? []
      const vfs = filled.vfs.fork()
      for (const page of damaged) overwritePage(vfs, page, (it) => overwrite?.(it, random) ?? it)
      const wanted = readable(filled, damaged)
      await checkSalvage({ vfs, filled, wanted, label: `${what}, overwritten with ${withWhat}` })
      expected += wanted.size
    }
    // Of eight salvages one has next to nothing to save.
    expect(expected).toBeGreaterThan(3 * recordCount)
  },
)

test('what the log has is saved from there, and no older version of it from the file', async () => {
  const filled = await fill((i) => String(i).padStart(5, '0'), 0)
  const directory = open(filled.vfs)
  const database = await directory.open('test')
  const live = new Map(filled.live)
  transact(database, (it) => {
    for (const [key, { value }] of [...live].slice(0, 400)) {
      const newer = value.replace('value', 'newer')
      it.put(recordOf('', newer, { key: Buffer.from(key, 'hex') }))
      live.set(key, { key: Buffer.from(key, 'hex'), value: newer })
    }
  })
  const vfs = filled.vfs.fork()
  const wanted = readable(filled, new Set([roots.records]))
  overwritePage(vfs, roots.records, (page) => page.fill(0xa7))
  await checkSalvage({ vfs, filled: { vfs, live }, wanted, label: 'the root' })
  expect(wanted.size).toBeGreaterThan(recordCount / 2)
})

/** Key → value. */
function recordsIn(database: Storage): Map<string, string> {
  const records = new Map<string, string>()
  database.scan(scanOf(), ({ bytes, keyStart, keyEnd, valueStart, valueEnd }) => {
    const [key, value] = [bytes.slice(keyStart, keyEnd), bytes.slice(valueStart, valueEnd)]
    records.set(Buffer.from(key).toString('hex'), Buffer.from(value).toString())
  })
  return records
}

interface Checked {
  readonly vfs: Vfs
  readonly filled: Filled
  /** The keys of records that have to be saved. */
  readonly wanted: ReadonlySet<string>
  readonly label: string
}

async function checkSalvage({ vfs, filled, wanted, label }: Checked): Promise<void> {
  const warnings: StorageError[] = []
  const directory = open(vfs, (it) => warnings.push(it))
  const first = await directory.open('test')
  const isDamaged = first.care.check().length > 0
  if (isDamaged) await first.close()
  const database = isDamaged ? await directory.open('test') : first
  const saved = recordsIn(database)
  const missing = [...wanted].filter((key) => saved.get(key) !== filled.live.get(key)?.value)
  expect(missing.length, `${label}: missing of ${wanted.size}`).toBe(0)
  const strange = [...saved.keys()].filter((key) => !filled.live.has(key))
  expect(strange.length, `${label}: never stored, or deleted`).toBe(0)
  expect(database.care.check()).toEqual([])
  for (const { message } of warnings) expect(message).toContain(`salvaged: ${saved.size} records`)
  await database.close()
  await directory.close()
}

/** A database in which some records have been replaced, and some deleted, so that free pages have older ones. */
async function fill(keyOf: (i: number) => IDBValidKey, indexCount: number): Promise<Filled> {
  const vfs = memory()
  const directory = open(vfs)
  const indexes = indexCount > 0 ? [indexOf(1)] : []
  const database = await openWithStore(directory, { indexes })
  const live = new Map<string, { key: Buffer; value: string }>()
  const put = (it: StorageTransaction, i: number, value: string): void => {
    const key = Buffer.from(encoded(keyOf(i)))
    const entries = indexCount > 0 ? indexKeys([1, `index ${i % 50}`]) : null
    it.put(recordOf('', value, { key, indexKeys: entries }))
    live.set(key.toString('hex'), { key, value })
  }
  const valueOf = (i: number, version: string): string =>
    `value ${version} of ${i} `.repeat(i % 23 === 0 ? 700 : 4 + ((i * 7) % 19))
  transact(database, (it) => {
    for (let i = 0; i < recordCount + 300; i++) put(it, i, valueOf(i, 'first'))
  })
  transact(database, (it) => {
    for (let i = 0; i < recordCount; i += 5) put(it, i, valueOf(i + 1, 'second'))
    for (let i = recordCount; i < recordCount + 300; i++) {
      const key = encoded(keyOf(i))
      it.deleteRange(1, encodeRange(onlyKey(key)))
      live.delete(Buffer.from(key).toString('hex'))
    }
  })
  await database.close()
  await directory.close()
  return { vfs, live }
}

/** The keys of the records no part of which is on one of the pages, so far as their bytes tell: old ones may be left on others. */
function readable({ vfs, live }: Filled, damaged: ReadonlySet<number>): Set<string> {
  const bytes = bytesOf(vfs, fileName)
  const lost = [...damaged].map((page) => bytes.subarray((page - 1) * pageSize, page * pageSize))
  const isLost = (part: string | Buffer): boolean => lost.some((page) => page.includes(part))
  const isWhole = ({ key, value }: { key: Buffer; value: string }): boolean => {
    // Long ones repeat themselves.
    const ofKey = [key.subarray(0, 100), key.subarray(-25, -1)]
    return ![...ofKey, value.slice(0, value.indexOf(' ', 9) + 8)].some(isLost)
  }
  return new Set([...live].filter(([, it]) => isWhole(it)).map(([key]) => key))
}

interface Pages {
  /** All but those with the schema. */
  readonly all: readonly number[]
  /** Of the tree of records, in the order of their keys. */
  readonly leaves: readonly number[]
  readonly interiors: readonly number[]
}

function pagesOf(bytes: Buffer): Pages {
  const leaves: number[] = []
  const interiors: number[] = []
  const visit = (page: number): void => {
    const start = (page - 1) * pageSize
    if (bytes[start] === 10) leaves.push(page)
    if (bytes[start] !== 2) return
    interiors.push(page)
    for (let i = 0; i < bytes.readUInt16BE(start + 3); i++) {
      visit(bytes.readUInt32BE(start + bytes.readUInt16BE(start + 12 + 2 * i)))
    }
    visit(bytes.readUInt32BE(start + 8))
  }
  visit(roots.records)
  const count = bytes.length / pageSize
  const all = Array.from({ length: count }, (_, i) => i + 1).filter((it) => it === 2 || it > 5)
  return { all, leaves, interiors }
}

type Random = (below: number) => number

/** Whole numbers from 0 to below a limit, the same for a seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function open(vfs: Vfs, onWarning: (warning: StorageError) => void = () => {}) {
  const ours = { ...vfs, isPersistent: true }
  const options = { waitMs: 0, getEngine: engine, ifCorrupt: 'salvage', onWarning } as const
  return openStorageDirectory({ vfs: ours, path: 'test', ...options })
}

function encoded(key: IDBValidKey): Uint8Array {
  const bytes = convertValueToKey(key)
  if (!bytes) throw new Error('It is a key')
  return bytes
}

function overwritePage(vfs: Vfs, page: number, change: (page: Buffer) => Buffer): void {
  const file = vfs.directory('test').open(fileName, { create: false })
  const start = (page - 1) * pageSize
  file?.write(change(bytesOf(vfs, fileName).subarray(start, start + pageSize)), start)
  file?.close()
}

function bytesOf(vfs: Vfs, name: string): Buffer {
  const file = vfs.directory('test').open(name, { create: false })
  if (!file) throw new Error(`File ${name} is missing`)
  const bytes = Buffer.alloc(file.size())
  file.read(bytes, 0)
  file.close()
  return bytes
}
