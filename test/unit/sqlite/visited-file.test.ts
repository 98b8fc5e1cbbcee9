import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import type { Storage, StorageDirectory } from '../../../src/storage/storage.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import { nodeFs } from '../../../vfs/node.ts'
import {
  engine,
  found,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

const hasSqlite3 = !spawnSync('sqlite3', ['-version']).error

test.skipIf(!hasSqlite3)(
  'a tool that has the file open while its log is due to be copied does no harm when it goes',
  async () => {
    const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
    const directory = openDirectory(path)
    const database = await openWithStore(directory, { indexes: [indexOf(1)] })
    putAll(database, 'first')
    const visitor = await visit(join(path, fileNameOf('test')))
    putAll(database, 'second')
    while (database.care.housekeep());
    putAll(database, 'third')
    await leave(visitor)
    database.durability.sync()
    await database.close()
    await directory.close()

    const again = openDirectory(path)
    const reopened = await again.open('test')
    expect(reopened.care.check()).toEqual([])
    expect(new Set(found(reopened).map(({ value }) => value.slice(0, 5)))).toEqual(
      new Set(['third']),
    )
    await reopened.close()
    await again.close()
    rmSync(path, { recursive: true })
  },
)

/** As a tool leaves it that has the file open, or was killed. */
function leaveIndex(path: string): void {
  writeFileSync(join(path, `${fileNameOf('test')}-shm`), 'x')
}

test('a log that finds no room to grow is left to the tool that has the file open', async () => {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  const vfs = faulty(nodeFs())
  const directory = openDirectory(path, { vfs })
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a')))
  const logBytes = database.care.pendingBytes()
  vfs.inject({ freeBytes: 0 })
  const put = (): void => transact(database, (it) => it.put(recordOf('b', 'x'.repeat(50_000))))
  expect(put).toThrow(expect.objectContaining({ code: 'full' }))
  leaveIndex(path)
  expect(put).toThrow(expect.objectContaining({ code: 'full' }))
  expect(database.care.pendingBytes()).toBe(logBytes)
  vfs.inject({})
  put()
  await database.close()
  await directory.close()
  rmSync(path, { recursive: true })
})

test('a quota that is used up empties no log that a tool may copy', async () => {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  const directory = openDirectory(path, { quotaBytes: 400_000 })
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a', 'x'.repeat(50_000))))
  leaveIndex(path)
  const put = (): void => transact(database, (it) => it.put(recordOf('b', 'x'.repeat(400_000))))
  for (let i = 0; i < 2; i++) {
    const logBytes = database.care.pendingBytes()
    expect(put).toThrow(expect.objectContaining({ code: 'full' }))
    expect(database.care.pendingBytes()).toBe(logBytes)
  }
  await database.close()
  await directory.close()
  rmSync(path, { recursive: true })
})

function openDirectory(
  path: string,
  { vfs = nodeFs(), quotaBytes }: { vfs?: Vfs; quotaBytes?: number } = {},
): StorageDirectory {
  const onWarning = (): void => {}
  return openStorageDirectory({ vfs, path, waitMs: 0, getEngine: engine, onWarning, quotaBytes })
}

/** About 3 MiB, in 20 transactions: two rounds are more than what is copied in a quiet moment. */
function putAll(database: Storage, round: string): void {
  for (let i = 0; i < 20; i++) {
    transact(database, (it) => {
      for (let j = 0; j < 20; j++) {
        const entries = indexKeys([1, `${round} ${i} ${j}`])
        it.put(recordOf(`key ${i} ${j}`, round.repeat(1_000), { indexKeys: entries }))
      }
    })
  }
}

/** Opens the file as people do, has a look, and stays. */
async function visit(file: string): Promise<ChildProcess> {
  const visitor = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] })
  visitor.stdin.write('SELECT count(*) FROM records;\n')
  await once(visitor.stdout, 'data')
  return visitor
}

async function leave(visitor: ChildProcess): Promise<void> {
  visitor.stdin?.end()
  await once(visitor, 'close')
}
