import { expect, test, vi } from 'vitest'
import { checkFiles } from '../../../src/maintenance/check/check-files.ts'
import { compact } from '../../../src/maintenance/compact.ts'
import { withOwnedFiles } from '../../../src/maintenance/owned-files.ts'
import { salvage } from '../../../src/maintenance/salvage/salvage.ts'
import type { Tools } from '../../../src/maintenance/tools.ts'
import { StorageError } from '../../../src/errors.ts'
import { serialize } from '../../../src/values/serialize.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { runForeignSql } from '../../kit/foreign-tool.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { directoryOn, engine, openWithStore, recordOf, transact } from '../../kit/test-directory.ts'

vi.setConfig({ testTimeout: 120_000 })

const path = 'test'
const recordCount = 60

/** Databases in memory, with logs as on a disk. */
function onDisk(world: Pick<Vfs, 'directory'>): Vfs {
  return { name: 'memory', isPersistent: true, directory: (it) => world.directory(it) }
}

function toolsOn(world: Pick<Vfs, 'directory'>): Tools {
  const unused = (): never => {
    throw new Error('unreachable: the files alone are used')
  }
  return {
    vfs: onDisk(world),
    engine: { acquire: engine, release: () => {} },
    createIndexedDB: unused,
    close: unused,
    status: unused,
    factsOf: unused,
  }
}

/** A database of which most was deleted again. */
async function spaciousWorld(): Promise<MemoryVfs> {
  const world = memory()
  const directory = directoryOn(onDisk(world))
  const database = await openWithStore(directory)
  const value = serialize('x'.repeat(3_000)).value.bytes
  const put = (count: number): void =>
    transact(database, (it) => {
      for (let i = 0; i < count; i++) it.put({ ...recordOf('', ''), key: keyOf(i), value })
    })
  put(10 * recordCount)
  transact(database, (it) => it.clear(1))
  put(recordCount)
  await database.close()
  await directory.close()
  return world
}

/** The encoded string of a number in three digits. */
function keyOf(i: number): Uint8Array {
  return Uint8Array.of(
    0x30,
    ...[...String(i).padStart(3, '0')].map((it) => it.charCodeAt(0) + 1),
    0,
  )
}

async function expectWhole(world: MemoryVfs, count = recordCount): Promise<void> {
  const checks = await withOwnedFiles(toolsOn(world), path, (owned) => checkFiles(owned, {}))
  expect(checks).toMatchObject([{ name: 'test', version: 1, records: count, problems: [] }])
}

test('a compaction that fails at a call of the file system (every third) leaves all records, and no copy once it is used', async () => {
  const spacious = await spaciousWorld()
  for (let nth = 1; ; nth += 3) {
    const left = spacious.fork()
    const vfs = faulty(onDisk(left))
    vfs.inject({ faults: [{ on: 'any', nth }] })
    await compact(toolsOn(vfs), path).catch(() => {})
    const callCount = vfs.callCount('any')
    vfs.inject({})
    const rest = left.fork()
    await expectWhole(rest)
    const names = await rest.directory(path).list()
    expect(names.filter((name) => name.includes('-rescue'))).toEqual([])
    if (callCount < nth) break
  }
})

test('a salvage that fails at a call (every fifth) is begun again, or finished, by the next', async () => {
  const damaged = await spaciousWorld()
  const target = { vfs: onDisk(damaged), path, fileName: fileNameOf('test') }
  const cut = `UPDATE large_values SET value = substr(value, 1, 100) WHERE id = (SELECT min(id) FROM large_values)`
  expect(runForeignSql(await engine(), target, [cut])).toEqual([])
  for (let nth = 1; ; nth += 5) {
    const left = damaged.fork()
    const vfs = faulty(onDisk(left))
    vfs.inject({ faults: [{ on: 'any', nth }] })
    await salvage(toolsOn(vfs), path, {}).catch(() => {})
    const callCount = vfs.callCount('any')
    vfs.inject({})
    const rest = left.fork()
    await salvage(toolsOn(rest), path, {})
    await expectWhole(rest, recordCount - 1)
    if (callCount < nth) break
  }
})

test('a check or a salvage without room for the log fails, calls nothing damaged, and leaves the files', async () => {
  const world = memory()
  const database = await openWithStore(directoryOn(onDisk(world)))
  const value = serialize('x'.repeat(3_000)).value.bytes
  for (let i = 0; i < recordCount; i++) {
    transact(database, (it) => it.put({ ...recordOf('', ''), key: keyOf(i), value }))
  }
  // As an end by force leaves it: all of it is in the log.
  const left = world.fork()
  const names = await left.directory(path).list()
  const vfs = faulty(onDisk(left))
  vfs.inject({ freeBytes: 0 })
  const full = { code: 'full', message: expect.stringMatching(/cannot be checked.*make room/) }
  await expect(
    withOwnedFiles(toolsOn(vfs), path, (owned) => checkFiles(owned, {})),
  ).rejects.toMatchObject(full)
  await expect(salvage(toolsOn(vfs), path, {})).rejects.toMatchObject(full)
  expect(await left.directory(path).list()).toEqual(names)
  vfs.inject({})
  await expectWhole(left)
})

test.each(['EIO', 'EACCES'])(
  'a check of a file that fails with %s at any of its calls calls nothing damaged',
  async (code) => {
    const world = await spaciousWorld()
    const messages = new Set<string>()
    for (const on of ['open', 'read'] as const) {
      for (let nth = 1; ; nth += 5) {
        const vfs = faulty(onDisk(world.fork()))
        vfs.inject({ faults: [{ on, nth, times: Infinity, code }] })
        const checked = withOwnedFiles(toolsOn(vfs), path, (owned) => checkFiles(owned, {}))
        const outcome = await checked.catch((error: StorageError) => error)
        if (vfs.callCount(on) < nth) break
        // What fails when all was read, or is tried again, fails nothing.
        if (!(outcome instanceof StorageError)) expect(outcome).toMatchObject([{ problems: [] }])
        else expect(outcome.code).toBe('io')
        if (outcome instanceof StorageError) messages.add(outcome.message)
      }
    }
    expect([...messages].join()).toContain(
      'cannot be checked, as it cannot be read: Injected fault',
    )
  },
)
