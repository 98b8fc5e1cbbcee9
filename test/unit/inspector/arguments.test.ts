import { expect, test } from 'vitest'
import { serveInspector } from '../../../inspector/server/entry.ts'
import { factorySource } from '../../../inspector/source/factory-source.ts'
import { createIndexedDB } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'

test('serveInspector() needs the path of a directory, or a factory', async () => {
  const indexedDB = createIndexedDB({ vfs: memory() })
  const call = serveInspector as unknown as (given: unknown) => Promise<unknown>
  await expect(call('data')).rejects.toThrow(
    'serveInspector() needs an object of options as `options`, got "data"',
  )
  await expect(call({})).rejects.toThrow(
    'serveInspector() needs the path of a directory or file as `options.path`, got undefined',
  )
  await expect(call({ indexedDB: {} })).rejects.toThrow(
    'serveInspector() needs an IDBFactory as `options.indexedDB`, got an object',
  )
  await expect(call({ indexedDB, path: 'data' })).rejects.toThrow(
    'serveInspector() needs no directory beside a factory as `options.path`, got "data"',
  )
})

test('factorySource() needs a factory', () => {
  const call = factorySource as unknown as (given: unknown) => unknown
  expect(() => call({ indexedDB: null })).toThrow(
    'factorySource() needs an IDBFactory as `options.indexedDB`, got null',
  )
})
