/** Hosting in a thread that loads what it takes at the first use, as pages do. */
import { expect, test } from 'vitest'
import { compose, close } from '../../../src/hosting/composition.ts'
import { threadsOf } from '../../../src/hosting/in-thread.ts'
import { lateThreads } from '../../../src/hosting/late/late-threads.ts'
import type { Platform } from '../../../src/hosting/platform.ts'
import { platform } from '../../../src/platform/node.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

function factoryWith(load: () => Promise<Platform['threads']>): IDBFactory {
  const late = { ...platform, threads: lateThreads(load) }
  const indexedDB = compose(late).createIndexedDB({ vfs: memory(), path: `late ${Math.random()}` })
  return indexedDB as unknown as IDBFactory
}

test('nothing is loaded before the first request, and it is loaded once', async () => {
  let count = 0
  const factory = factoryWith(async () => {
    count++
    return threadsOf
  })
  expect(count).toBe(0)
  const database = await openDatabase(factory, (it) => it.createObjectStore('s'))
  await resultOf(database.transaction('s', 'readwrite').objectStore('s').put(1, 'key'))
  database.close()
  await close(factory)
  expect(await factory.databases()).toEqual([{ name: 'test', version: 1 }])
  expect(count).toBe(1)
})

test('requests that are made while it is loaded are answered in their order', async () => {
  const factory = factoryWith(async () => threadsOf)
  const answers: string[] = []
  const ask = async (name: string): Promise<void> => {
    const database = await openDatabase(factory, () => {}, { name })
    answers.push(name)
    database.close()
  }
  await Promise.all(['a', 'b', 'c'].map(ask))
  expect(answers).toEqual(['a', 'b', 'c'])
})

test('requests fail while it cannot be loaded, and the next one tries again', async () => {
  let isThere = false
  const factory = factoryWith(async () => {
    if (isThere) return threadsOf
    throw new TypeError('Failed to fetch dynamically imported module')
  })
  await expect(openDatabase(factory, () => {})).rejects.toMatchObject({
    name: 'UnknownError',
    message: expect.stringContaining('could not be loaded') as string,
    cause: { code: 'ERR_IDB_ENGINE' },
  })
  isThere = true
  const database = await openDatabase(factory, () => {})
  expect(database.name).toBe('test')
})
