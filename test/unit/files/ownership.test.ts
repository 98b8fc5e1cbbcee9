/** What is told of a VFS that does not give a directory: by what its error says, whichever realm or copy of a class made it. */
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { reasonOf } from '../../../src/errors.ts'
import { resultOf } from '../../kit/promises.ts'

const owner = { pid: 5, thread: 0, host: 'h', since: '2026-01-01T00:00:00.000Z' }
const locked = 'Directory "d" is owned by process 5; end it'

/** A VFS whose directory rejects `lock()` with what `source` evaluates to in another realm. */
function refusing(source: string): Vfs {
  const error: unknown = runInNewContext(source)
  const directory = {
    identity: `refusing ${source}`,
    lock: () => Promise.reject(error as Error), // of the other realm
    close: async () => {},
  }
  return { name: 'refusing', isPersistent: true, directory: () => directory } as unknown as Vfs // No more is called.
}

async function refusal(source: string): Promise<DOMException> {
  const factory = createIndexedDB({ vfs: refusing(source), path: 'd', onWarning: () => {} })
  const failed = await resultOf(factory.open('n')).catch((error: unknown) => error)
  await close(factory)
  return failed as DOMException // what a request fails with
}

describe('the error of another realm from lock()', () => {
  test('is that of a locked directory by its code, and passes its owner on', async () => {
    const members = JSON.stringify({ code: 'ELOCKED', owner: { ...owner, secret: 1 } })
    const error = await refusal(`Object.assign(new Error(${JSON.stringify(locked)}), ${members})`)
    expect(error).toMatchObject({ name: 'UnknownError', message: locked })
    expect({ ...(error.cause as object) }).toEqual({
      code: 'ERR_IDB_LOCKED',
      path: 'd',
      database: 'n',
      owner,
    })
  })

  test('says that the owner is unknown where it names none', async () => {
    const error = await refusal(`Object.assign(new Error('locked'), { code: 'ELOCKED' })`)
    expect(error).toMatchObject({ message: 'locked' })
    expect(error.cause).toMatchObject({ code: 'ERR_IDB_LOCKED', owner: null })
  })

  test('gives its message where it is a VfsError', async () => {
    const error = await refusal(
      `Object.assign(new Error('"d" is in the way'), { name: 'VfsError', code: 'EEXIST' })`,
    )
    expect(error.message).toBe('"d" is in the way')
    expect(error.cause).toMatchObject({ code: 'ERR_IDB_IO', systemCode: 'EEXIST' })
  })

  test('is named as the reason where it is any other', async () => {
    const error = await refusal(`Object.assign(new Error('no room'), { code: 'ENOSPC' })`)
    expect(error.message).toBe('Storage directory: taking ownership failed: no room')
    expect(error.cause).toMatchObject({ code: 'ERR_IDB_FULL', message: 'no room' })
  })

  test.each([
    ['undefined', 'Storage directory: taking ownership failed'],
    ['"text"', 'Storage directory: taking ownership failed: text'],
  ])('may be no error at all: %s', async (source, message) => {
    expect(await refusal(source)).toMatchObject({ name: 'UnknownError', message })
  })
})

test('the message of an error of another realm is its reason', () => {
  expect(reasonOf(runInNewContext('new TypeError("why")'))).toBe('why')
})
