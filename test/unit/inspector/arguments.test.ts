import { expect, test } from 'vitest'
import { serveInspector } from '../../../inspector/server/entry.ts'
import { factorySource } from '../../../inspector/source/factory-source.ts'

test('serveInspector() needs the path of a directory', async () => {
  const call = serveInspector as unknown as (given: unknown) => Promise<unknown>
  await expect(call('data')).rejects.toThrow(
    'serveInspector() needs an object of options as `options`, got "data"',
  )
  await expect(call({})).rejects.toThrow(
    'serveInspector() needs the path of a directory or file as `options.path`, got undefined',
  )
})

test('factorySource() needs a factory', () => {
  const call = factorySource as unknown as (given: unknown) => unknown
  expect(() => call({ indexedDB: null })).toThrow(
    'factorySource() needs an IDBFactory as `options.indexedDB`, got null',
  )
})
