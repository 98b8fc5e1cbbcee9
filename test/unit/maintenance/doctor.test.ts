import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { packageVersion } from '../../../src/base/package-version.ts'
import { doctor } from '../../../src/maintenance.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { damageBySql, libraryFile, makeLibrary, newDirectory, use } from './library.ts'

vi.setConfig({ testTimeout: 60_000 })

let path = ''
let remove = (): void => {}

beforeEach(() => {
  ;({ path, remove } = newDirectory())
})
afterEach(() => remove())

/** The codes of what is found, but for what depends on the machine. */
async function codes(): Promise<string[]> {
  const { findings } = await doctor(path)
  const ofMachine = ['little-room', 'no-room-for-copy', 'in-memory', 'overlay', 'lock-by-claim']
  return findings.map(({ code }) => code).filter((code) => !ofMachine.includes(code))
}

test('a directory that no one has is described, and nothing in it changes', async () => {
  await makeLibrary(path)
  const before = stateOf(path)
  const diagnosis = await doctor(path)
  expect(diagnosis).toMatchObject({
    status: { state: 'free' },
    isReadable: true,
    isWritable: true,
    reader: {
      version: packageVersion,
      engine: expect.stringMatching(/^SQLite 3\.\d+\.\d+$/),
      runtime: expect.stringContaining(process.versions.node),
      formats: { file: 2, key: 1, value: 1 },
    },
    databases: [
      { file: libraryFile, name: null, state: 'ours', format: 1, logBytes: 0, isVisited: false },
    ],
    leftovers: [],
  })
  expect(diagnosis.usedBytes).toBe(statSync(join(path, libraryFile)).size)
  expect(diagnosis.fileSystem?.freeBytes).toBeGreaterThan(0)
  expect(await codes()).toEqual([])
  expect(stateOf(path)).toEqual(before)
})

test('in use, the owner is told, and the names of open databases', async () => {
  await makeLibrary(path)
  await use(path, async (factory) => {
    const request = factory.open('library')
    await new Promise((resolve) => (request.onsuccess = resolve))
    const { status, databases, lock } = await doctor(path)
    expect(status).toMatchObject({ state: 'shared', owner: { pid: process.pid } })
    expect(databases[0]?.name).toBe('library')
    expect(lock.owner).toBe(lock.here)
    request.result.close()
  })
})

test('what is wrong with files is found by their first bytes', async () => {
  await makeLibrary(path)
  await damageBySql(path, 'PRAGMA user_version = 9')
  writeFileSync(join(path, fileNameOf('text')), 'x'.repeat(200))
  writeFileSync(join(path, fileNameOf('empty')), '')
  const header = new Uint8Array(100)
  header.set(new TextEncoder().encode('SQLite format 3\0'))
  writeFileSync(join(path, fileNameOf('others')), header)
  expect((await codes()).sort()).toEqual([
    'damaged',
    'foreign-database',
    'newer-format',
    'unfinished',
  ])
})

test('a file that is shorter than it says is found', async () => {
  await makeLibrary(path)
  const { truncateSync } = await import('node:fs')
  truncateSync(join(path, libraryFile), 8192)
  expect(await codes()).toEqual(['cut-off'])
})

test('leftovers are told by their kinds', async () => {
  await makeLibrary(path)
  const names = [
    `${libraryFile}-damaged-1700000000000`,
    `${libraryFile}-rescue`,
    `${fileNameOf('gone')}-wal`,
    'forgotten.deleted',
    'notes.txt',
    `${libraryFile}-shm`,
  ]
  for (const name of names) writeFileSync(join(path, name), 'something')
  expect(await codes()).toEqual([
    'visited',
    'put-aside',
    'lone-log',
    'unfinished-copy',
    'deletion-notes',
    'other-files',
  ])
})

test('a directory that is missing, or a file, is an error found, and none is made', async () => {
  path = join(path, 'nowhere')
  expect(await codes()).toEqual(['missing'])
  expect(statSync(path, { throwIfNoEntry: false })).toBe(undefined)
  writeFileSync(path, '')
  expect(await codes()).toEqual(['no-directory'])
})

test('a directory in which this user may not write is an error found', async (context) => {
  if (process.getuid?.() === 0 || process.platform === 'win32') return context.skip()
  mkdirSync(join(path, 'locked'), { mode: 0o500 })
  path = join(path, 'locked')
  expect(await codes()).toEqual(['not-writable'])
})

/** Names, sizes and times. */
function stateOf(directory: string): unknown {
  return readdirSync(directory).map((name) => {
    const { size, mtimeMs } = statSync(join(directory, name))
    return [name, size, mtimeMs]
  })
}
