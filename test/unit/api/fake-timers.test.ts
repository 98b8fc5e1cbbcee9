/** Clocks and timers that a test has stopped stop nothing here: this package keeps the platform's own. */
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { close, createIndexedDB, serve } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

/** All that Vitest can replace here. */
const replaced = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'] as const),
  ...(['clearImmediate', 'Date', 'performance', 'queueMicrotask'] as const),
]
let path = ''

beforeEach(() => {
  path = fs.mkdtempSync(join(tmpdir(), 'idb-fake-timers-'))
  vi.useFakeTimers({ toFake: replaced, now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
  fs.rmSync(path, { recursive: true })
})

const hostings: Record<string, () => IDBFactory> = {
  'in memory': () => createIndexedDB({ vfs: memory() }),
  'on disk': () => createIndexedDB({ path }),
  'over a port': () => {
    const { port1, port2 } = new MessageChannel()
    serve(port1, createIndexedDB({ vfs: memory() }))
    return createIndexedDB({ port: port2 })
  },
}

test.each(Object.entries(hostings))('a database opens, stores and closes, %s', async (_, make) => {
  const factory = make()
  const database = await openDatabase(factory, (it) => void it.createObjectStore('s'))
  const transaction = database.transaction('s', 'readwrite', { durability: 'strict' })
  const store = transaction.objectStore('s')
  for (let key = 0; key < 500; key++) void store.put('x', key)
  await completion(transaction)
  expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(500)
  await close(factory)
})

test('a port whose owner is gone fails what is asked later', async () => {
  const { port1, port2 } = new MessageChannel()
  const factory = createIndexedDB({ port: port2 })
  port1.close()
  await expect(resultOf(factory.open('first'))).rejects.toBeInstanceOf(DOMException)
  await expect(resultOf(factory.open('later'))).rejects.toBeInstanceOf(DOMException)
})

test('a wait for a directory ends, and an owner says since when it really is', async () => {
  const owner = nodeFs().directory(path)
  await owner.lock(0)
  const { since } = JSON.parse(fs.readFileSync(join(path, 'owner.json'), 'utf8')) as {
    since: string
  }
  expect(Date.parse(since)).toBeGreaterThan(Date.parse('2020-01-01'))
  await expect(nodeFs().directory(path).lock(50)).rejects.toThrow(/owned/)
  await owner.close()
})

test('what another process has just begun to write is not taken for a leftover', async () => {
  vi.setSystemTime('2999-01-01')
  const begun = join(path, 'owner.other.new')
  fs.writeFileSync(begun, '')
  const owner = nodeFs().directory(path)
  await owner.lock(0)
  expect(fs.existsSync(begun)).toBe(true)
  await owner.close()
})
