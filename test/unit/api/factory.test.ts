import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import type { DirectoryLockedError } from '../../../src/files/vfs.ts'
import { IDBKeyRange, close, createIndexedDB, install, serve } from '../../../src/index.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'
import { eventually } from '../../kit/eventually.ts'

let path = ''
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

test('data is on disk after close(), and a new factory finds it', async () => {
  const first = createIndexedDB({ path })
  const database = await openDatabase(first, (it) => it.createObjectStore('s').put('value', 'key'))
  database.close()
  await close(first)
  expect(readdirSync(path).filter((name) => /^[^.].*\.sqlite$/.test(name))).toHaveLength(1)
  const second = createIndexedDB({ path })
  const again = await openDatabase(second, () => {})
  expect(await resultOf(again.transaction('s').objectStore('s').get('key'))).toBe('value')
  await close(second)
})

test('close() waits for transactions, fails opens that have not started, and lets later opens start over', async () => {
  const indexedDB = createIndexedDB({ path })
  const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
  const put = resultOf(database.transaction('s', 'readwrite').objectStore('s').put(1, 1))
  const waiting = resultOf(indexedDB.open('test', 2))
  const closed = close(indexedDB)
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  expect(await put).toBe(1)
  await closed
  expect((await resultOf(indexedDB.open('test'))).version).toBe(1)
  await close(indexedDB)
})

test('two factories on one directory share its databases; other options are refused while it is in use', async () => {
  const one = createIndexedDB({ path })
  const other = createIndexedDB({ path: `${path}/.` })
  ;(await openDatabase(one, (it) => it.createObjectStore('s'))).close()
  expect(await other.databases()).toEqual([{ name: 'test', version: 1 }])
  expect(() => createIndexedDB({ path, durability: 'strict' })).toThrow(
    /durability: "relaxed" there, "strict" here/,
  )
  await close(one)
  const strict = createIndexedDB({ path, durability: 'strict' })
  expect(await strict.databases()).toHaveLength(1)
  await close(strict)
})

test('a factory never used costs nothing: others on its directory may have other options', async () => {
  const unused = createIndexedDB({ path })
  const used = createIndexedDB({ path, quotaBytes: 1024 * 1024 })
  ;(await openDatabase(used, (it) => it.createObjectStore('s'))).close()
  await close(unused)
  expect(await used.databases()).toHaveLength(1)
  await close(used)
  expect(await unused.databases()).toHaveLength(1)
  await close(unused)
})

test('what is asked of a factory whose directory is in use with other options fails, saying which', async () => {
  const [one, other] = [
    createIndexedDB({ path }),
    createIndexedDB({ path, quotaBytes: 1024 * 1024 }),
  ]
  const database = await openDatabase(one, (it) => it.createObjectStore('s'))
  const conflict = { name: 'UnknownError', message: expect.stringContaining('quota') as string }
  await expect(resultOf(other.open('test'))).rejects.toMatchObject(conflict)
  await expect(other.databases()).rejects.toMatchObject(conflict)
  expect(database.transaction('s').mode).toBe('readonly')
  await close(other)
  await close(one)
  expect(await other.databases()).toHaveLength(1)
  await close(other)
})

test('the directory is given up when the last factory that has something open there is closed', async () => {
  const [one, other] = [createIndexedDB({ path }), createIndexedDB({ path })]
  for (const factory of [one, other]) await openDatabase(factory, () => {})
  await close(one)
  expect(await ownerOf(path)).not.toBe(null)
  await close(other)
  expect(await ownerOf(path)).toBe(null)
})

test("a directory that cannot be given up stays its host's own, which goes on", async () => {
  const vfs = memory()
  const isFailing = { close: true }
  const failing = {
    ...vfs,
    directory(at: string) {
      const directory = vfs.directory(at)
      const fail = async (): Promise<void> => {
        if (isFailing.close) throw new Error('not now')
        await directory.close()
      }
      return { ...directory, close: fail, lock: (waitMs: number) => directory.lock(waitMs) }
    },
  }
  const factory = createIndexedDB({ vfs: failing })
  await openDatabase(factory, () => {})
  await expect(close(factory)).rejects.toMatchObject({ name: 'UnknownError' })
  expect(await factory.databases()).toEqual([{ name: 'test', version: 1 }])
  isFailing.close = false
  await close(factory)
})

test('a relative path is that of the working directory at creation', async () => {
  const before = process.cwd()
  try {
    process.chdir(path)
    const factory = createIndexedDB({ path: 'databases' })
    process.chdir(tmpdir())
    await openDatabase(factory, () => {})
    expect(readdirSync(path)).toEqual(['databases'])
    await close(factory)
  } finally {
    process.chdir(before)
  }
})

test.each([
  [{ pth: 'x' }, '"pth"'],
  [{ path: 3 }, '"path"'],
  [{ vfs: {} }, '"vfs"'],
  [{ durability: 'default' }, '"durability"'],
  [{ ifLocked: 'ignore' }, '"ifLocked"'],
  [{ waitMs: -1 }, '"waitMs"'],
  [{ quotaBytes: -1 }, '"quotaBytes"'],
  [{ quotaBytes: 1.5 }, '"quotaBytes"'],
  [{ quotaBytes: '1 GiB' }, '"quotaBytes"'],
])('createIndexedDB(%j) throws a TypeError that names %s', (options, name) => {
  expect(() => createIndexedDB(options as object)).toThrow(TypeError)
  expect(() => createIndexedDB(options as object)).toThrow(name)
})

test('options are own members, each read once', async () => {
  const prototype = Object.prototype as { quotaBytes?: unknown }
  prototype.quotaBytes = 'inherited'
  let reads = 0
  const options = {
    get path() {
      return `${path}/${++reads}`
    },
  }
  try {
    const factory = createIndexedDB(options)
    await openDatabase(factory, () => {})
    await close(factory)
  } finally {
    delete prototype.quotaBytes
  }
  expect([reads, readdirSync(path)]).toEqual([1, ['1']])
  expect(() => createIndexedDB({ toString: 1 } as object)).toThrow('"toString"')
})

test('install() defines an attribute and interface objects that are not enumerable', () => {
  const target: { indexedDB?: IDBFactory; IDBKeyRange?: unknown } = { IDBKeyRange: undefined }
  const factory = install({ target, vfs: memory() })
  expect(target.indexedDB).toBe(factory)
  expect(target.IDBKeyRange).toBe(IDBKeyRange)
  expect(Object.keys(target)).toEqual(['indexedDB'])
  expect(Reflect.set(target, 'indexedDB', null)).toBe(false)
})

test('the attribute can be read on a global object that is a proxy, from inside and from outside', () => {
  // As test runners make the pages they simulate: getters there are called on the object behind the global one.
  const context = createContext({})
  const target = runInContext('this.indexedDB = null; globalThis', context) as {
    indexedDB?: IDBFactory
  }
  const factory = install({ target, vfs: memory() })
  expect(target.indexedDB).toBe(factory)
  expect(runInContext('[indexedDB, globalThis.indexedDB]', context)).toEqual([factory, factory])
})

test('the attribute can be read without a receiver, and on no other object than the global one', () => {
  const target = {}
  const factory = install({ target, vfs: memory() })
  const read = Object.getOwnPropertyDescriptor(target, 'indexedDB')?.get
  expect(read?.call(undefined)).toBe(factory)
  expect(() => read?.call({})).toThrow(/only be read on the global object/)
})

test('a window that a test environment has put beside the global object gets the same', () => {
  const window: { indexedDB?: IDBFactory; IDBKeyRange?: unknown } = {}
  vi.stubGlobal('window', window)
  try {
    const factory = install({ vfs: memory() })
    expect([window.indexedDB, globalThis.indexedDB]).toEqual([factory, factory])
    expect(window.IDBKeyRange).toBe(IDBKeyRange)
  } finally {
    vi.unstubAllGlobals()
  }
})

test('install() leaves an IndexedDB alone that is there, unless forced', () => {
  const native = createIndexedDB({ vfs: memory() })
  const target = { indexedDB: native }
  expect(install({ target, vfs: memory() })).toBe(native)
  expect(target.indexedDB).toBe(native)
  expect(install({ target, vfs: memory(), force: true })).not.toBe(native)
})

test('an unknown back end in the environment is a TypeError that names the variable', () => {
  vi.stubEnv('IDB_BACKEND', 'tape')
  expect(() => install({ target: {} })).toThrow(/IDB_BACKEND.*"tape"/)
  vi.unstubAllEnvs()
})

test('fake timers freeze neither opening nor transactions', async () => {
  vi.useFakeTimers()
  try {
    const database = await openDatabase(createIndexedDB({ vfs: memory() }), (it) => {
      it.createObjectStore('s')
    })
    const store = database.transaction('s', 'readwrite').objectStore('s')
    for (let key = 0; key < 500; key++) void store.put('x', key)
    expect(await resultOf(store.count())).toBe(500)
  } finally {
    vi.useRealTimers()
  }
})

test('names may be any string at all', async () => {
  const indexedDB = createIndexedDB({ path })
  const names = ['', 'a', 'A', '../up', 'nul\0', '\ud800', 'x'.repeat(5000), 'ä', 'a\u0308']
  for (const name of names) {
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore(name), { name })
    expect([...database.objectStoreNames]).toEqual([name])
    database.close()
  }
  expect((await indexedDB.databases()).map(({ name }) => name).sort()).toEqual([...names].sort())
  await close(indexedDB)
  expect(await createIndexedDB({ path }).databases()).toHaveLength(names.length)
  await close(indexedDB)
})

test('in a worker, install() puts the attribute where the specification has it', () => {
  class WorkerGlobalScope extends EventTarget {}
  class DedicatedWorkerGlobalScope extends WorkerGlobalScope {}
  const target = Object.assign(new DedicatedWorkerGlobalScope(), { WorkerGlobalScope })
  const factory = install({ target, vfs: memory() })
  expect(Object.hasOwn(WorkerGlobalScope.prototype, 'indexedDB')).toBe(true)
  expect(Object.hasOwn(DedicatedWorkerGlobalScope.prototype, 'indexedDB')).toBe(false)
  expect((target as { indexedDB?: IDBFactory }).indexedDB).toBe(factory)
})

/** The owner that another host, which does not wait, is told of; null when the directory is free. */
async function ownerOf(directory: string): Promise<unknown> {
  const other = nodeFs().directory(directory)
  try {
    await other.lock(0)
  } catch (error) {
    return (error as DirectoryLockedError).owner // Nothing else is wrong with it.
  }
  await other.close()
  return null
}
describe('a failed request without a listener', () => {
  /** Resolves with the first warning. */
  function warned(use: (onWarning: (warning: Error) => void) => void): Promise<Error> {
    return new Promise((resolve) => use(resolve))
  }

  test('is reported to onWarning: open()', async () => {
    ;(await openDatabase(createIndexedDB({ path }), () => {}, { version: 3 })).close()
    let indexedDB: IDBFactory | undefined
    const warning = await warned((onWarning) => {
      indexedDB = createIndexedDB({ path, onWarning })
      indexedDB.open('test', 2).onsuccess = () => {}
    })
    expect(warning.name).toBe('VersionError')
    expect(warning.message).toMatch(/^Opening database "test" failed, .*version 3/)
    if (indexedDB) await close(indexedDB)
  })

  test('is reported to onWarning: deleteDatabase()', async () => {
    writeFileSync(join(path, 'file'), '')
    const warning = await warned((onWarning) => {
      createIndexedDB({ path: join(path, 'file'), onWarning }).deleteDatabase('test')
    })
    expect(warning.message).toMatch(/^Deleting database "test" failed, /)
  })

  test('is reported by console.warn() where nothing else was asked for, over a port too', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { port1, port2 } = new MessageChannel()
    serve(port1, createIndexedDB({ vfs: memory() }))
    const indexedDB = createIndexedDB({ port: port2 })
    ;(await openDatabase(indexedDB, () => {}, { version: 3 })).close()
    indexedDB.open('test', 2)
    await indexedDB.databases()
    await eventually(() => expect(warn).toHaveBeenCalledOnce())
    warn.mockRestore()
    port1.close()
  })

  test('is no warning when the request has a listener', async () => {
    const warnings: Error[] = []
    const indexedDB = createIndexedDB({ vfs: memory(), onWarning: (it) => warnings.push(it) })
    ;(await openDatabase(indexedDB, () => {}, { version: 3 })).close()
    await expect(resultOf(indexedDB.open('test', 2))).rejects.toMatchObject({
      name: 'VersionError',
    })
    expect(warnings).toEqual([])
  })

  test('goes on when onWarning throws', async () => {
    const onWarning = vi.fn(() => {
      throw new Error('from the listener')
    })
    const reported = new Promise((resolve) => process.once('uncaughtException', resolve))
    const indexedDB = createIndexedDB({ vfs: memory(), onWarning })
    ;(await openDatabase(indexedDB, () => {}, { version: 3 })).close()
    const request = indexedDB.open('test', 2)
    expect(await reported).toMatchObject({ message: 'from the listener' })
    await eventually(() => expect(request.readyState).toBe('done'))
    expect((await openDatabase(indexedDB, () => {}, { version: 3 })).version).toBe(3)
  })
})

test('databases() that is called without a pause leaves a turn to timers', async () => {
  const factory = createIndexedDB({ vfs: memory() })
  let isOver = false
  setTimeout(() => (isOver = true))
  let calls = 0
  while (!isOver && calls++ < 1_000_000) await factory.databases()
  expect(isOver).toBe(true)
})
