/** What happens when the engine's heap cannot grow: an error, and everything goes on once there is room again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Storage } from '../../../src/storage/storage.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import {
  directoryOn,
  engine,
  found,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

/** Blocks that fill the heap. */
const blocks: number[] = []
const path = mkdtempSync(join(tmpdir(), 'sqlite-memory-'))

afterEach(async () => {
  await free()
  rmSync(path, { recursive: true, force: true })
})

describe.each([
  ['files', nodeFs()],
  ['memory', memory()],
])('in %s, with ever less memory', (_, vfs) => {
  test('transactions fail with an error, are rolled back, and succeed when there is room', async () => {
    const directory = directoryOn(vfs, path)
    const database = await openWithStore(directory, { indexes: [indexOf(1)] })
    transact(database, (it) => it.put(record('before', 10)))
    let failures = 0
    for (const leftBytes of amounts) {
      await fill(leftBytes)
      const error = await failureOf(async () => exercise(database))
      await free()
      if (error) failures++
      if (error) expect(error).toMatchObject(outOfMemory)
      exercise(database)
      expect(database.care.check()).toEqual([])
    }
    expect(failures).toBeGreaterThan(0)
    await database.close()
    await directory.close()
  })

  test('opening fails with an error, and succeeds when there is room', async () => {
    const directory = directoryOn(vfs, `${path}-opening`)
    const database = await openWithStore(directory, { indexes: [indexOf(1)] })
    transact(database, (it) => it.put(record('before', 10)))
    exercise(database)
    await database.close()
    let failures = 0
    for (const leftBytes of amounts) {
      await fill(leftBytes)
      const error = await failureOf(async () => (await directory.open('test')).close())
      await free()
      if (error) failures++
      if (error) expect(error).toMatchObject(outOfMemory)
      const opened = await directory.open('test')
      exercise(opened)
      await opened.close()
    }
    expect(failures).toBeGreaterThan(0)
    await directory.close()
    rmSync(`${path}-opening`, { recursive: true, force: true })
  })
})

const outOfMemory = {
  name: 'StorageError',
  code: 'io',
  facts: { code: 'ERR_IDB_OUT_OF_MEMORY' },
}

/** How many bytes are left, each time. */
const amounts = Array.from({ length: 18 }, (_, i) => Math.floor(100 * 1.6 ** i))

function exercise(database: Storage): void {
  transact(database, (it) => {
    for (let i = 0; i < 20; i++) it.put(record(`key ${i}`, 1 + i * 500))
  })
  expect(found(database, { limit: 3 })).toHaveLength(3)
  expect(database.count(1, 1, { lower: new Uint8Array(0), upper: Uint8Array.of(255) })).toBe(21)
}

function record(key: string, size: number): ReturnType<typeof recordOf> {
  return recordOf(key, 'x'.repeat(size), { indexKeys: indexKeys([1, key]) })
}

async function failureOf(work: () => Promise<void>): Promise<Error | null> {
  try {
    await work()
    return null
  } catch (error) {
    return error as Error
  }
}

/** Leaves that many bytes of the heap. */
async function fill(leftBytes: number): Promise<void> {
  const { module } = await engine()
  for (let size = 1 << 28; size >= 64; size >>= 1) {
    for (
      let block = module._sqlite3_malloc(size);
      block !== 0;
      block = module._sqlite3_malloc(size)
    ) {
      blocks.push(block)
    }
  }
  let freed = 0
  while (freed < leftBytes) {
    const block = blocks.pop()
    if (block === undefined) return
    module._sqlite3_free(block)
    freed += 64
  }
}

async function free(): Promise<void> {
  const { module } = await engine()
  for (const block of blocks.splice(0)) module._sqlite3_free(block)
}
