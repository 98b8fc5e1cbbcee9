/** Database files that are opened where there is no room for a copy of them. */
import { describe, expect, test } from 'vitest'
import { openFile } from '../../../../src/hosting/file/file-factory.ts'
import { createIndexedDB } from '../../../../src/index.ts'
import { platform } from '../../../../src/platform/node.ts'
import { backup } from '../../../../src/snapshot.ts'
import { faulty, type FaultPlan } from '../../../../src/testing/fault-vfs.ts'
import { memory } from '../../../../vfs/memory.ts'
import { openDatabase } from '../../../kit/promises.ts'

async function* file(): AsyncGenerator<Uint8Array> {
  const indexedDB = createIndexedDB({ vfs: memory() })
  const database = await openDatabase(indexedDB, (it) => void it.createObjectStore('books'))
  database.close()
  yield* backup(indexedDB, 'test') as unknown as AsyncIterable<Uint8Array>
}

/** What opening says where things go wrong in the copy's directory; how often that was removed. */
async function failureWith(plan: FaultPlan): Promise<{ error: unknown; removed: number }> {
  let removed = 0
  const scratch = {
    vfs: faulty(memory(), plan),
    path: '/temporary/copy',
    remove: async () => void removed++,
  }
  const opening = openFile(file(), { ...platform, scratch: async () => scratch })
  const error: unknown = await opening.then(
    () => null,
    (reason: unknown) => reason,
  )
  return { error, removed }
}

const noRoom = {
  name: 'QuotaExceededError',
  cause: { code: 'ERR_IDB_FULL', systemCode: 'ENOSPC', path: '/temporary/copy' },
}

describe('a file that is opened', () => {
  test.each(['lock', 'prepare', 'open', 'write', 'close', 'rename'] as const)(
    'names the directory of the copy, where that is full at its call of %s',
    async (on) => {
      const faults = [{ on, nth: 1, code: 'ENOSPC' }]
      const { error, removed } = await failureWith({ faults })
      expect(error).toMatchObject(noRoom)
      expect((error as Error).message).toContain('directory "/temporary/copy"')
      expect(removed).toBe(1)
    },
  )

  test('says so where the directory cannot be made', async () => {
    const reason = Object.assign(new Error("ENOSPC: no space left on device, mkdtemp '/full/x'"), {
      code: 'ENOSPC',
    })
    const full = { ...platform, scratch: () => Promise.reject(reason) }
    await expect(openFile(file(), full)).rejects.toMatchObject({
      name: 'QuotaExceededError',
      message: expect.stringContaining("mkdtemp '/full/x'") as string,
      cause: { code: 'ERR_IDB_FULL', systemCode: 'ENOSPC' },
    })
  })

  test('fails with what its stream fails with', async () => {
    const reason = new Error('the stream has ended early')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(100)
      throw reason
    }
    await expect(openFile(broken(), platform)).rejects.toBe(reason)
  })
})
