import { existsSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import {
  createIndexedDB,
  install,
  type IndexedDBOptions,
  salvageReport,
  serve,
} from '../../../src/index.ts'
import { setGlobalVars } from '../../../src/indexeddbshim.ts'
import { completeOptions } from '../../../src/options/options.ts'
import { platform as nodePlatform } from '../../../src/platform/node.ts'
import { createTestWorld, forceClose } from '../../../src/testing.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'

const vfs = memory()

/** What is made anew each time left out. */
function settingsOf(options: IndexedDBOptions) {
  const settings = completeOptions({ vfs, ...options }, nodePlatform)
  const { onWarning: _, directory: __, ...others } = settings
  return others
}

function refusal(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('it was taken')
}

describe('options', () => {
  test.each([
    [{ onLocked: 'wait' }, { ifLocked: 'wait' }],
    [
      { onLocked: 'wait', waitMs: 5 },
      { ifLocked: 'wait', waitMs: 5 },
    ],
    [{ onCorrupt: 'salvage' }, { ifCorrupt: 'salvage' }],
    [{ quota: 5 }, { quotaBytes: 5 }],
    [{ check: 'always' }, { integrityCheck: 'always' }],
  ] as const)('%j means %j', (former, present) => {
    expect(settingsOf(former)).toEqual(settingsOf(present))
    expect(settingsOf(former)).not.toEqual(settingsOf({}))
  })

  test('a directory is not called as SQLite calls databases in memory', () => {
    for (const options of [{}, { vfs: nodeFs() }, { worker: true }]) {
      expect(refusal(() => createIndexedDB({ ...options, path: ':memory:' }))).toMatchObject({
        name: 'TypeError',
        code: 'ERR_IDB_INVALID_OPTION',
        option: 'path',
        message: expect.stringContaining('the option vfs: memory()') as string,
      })
    }
    expect(settingsOf({ vfs: memory(), path: ':memory:' })).toMatchObject({ path: ':memory:' })
    expect(existsSync(':memory:')).toBe(false)
  })

  test('a directory is not called as a server is, whose password would be in its name', () => {
    const url = 'postgres://ann:hunter2@host/library'
    vi.stubEnv('IDB_PATH', url)
    for (const options of [
      {},
      { path: url },
      { path: 'postgresql:x' },
      { path: url, vfs: memory() },
    ]) {
      const refused = refusal(() => createIndexedDB(options))
      expect(refused).toMatchObject({
        name: 'TypeError',
        code: 'ERR_IDB_INVALID_OPTION',
        option: 'path',
        message: expect.stringContaining('give createIndexedDB() the option host') as string,
      })
      expect(String(refused)).not.toMatch(/hunter2|ann/)
    }
    vi.unstubAllEnvs()
    expect(existsSync('postgres:')).toBe(false)
  })

  test.each(['onLocked', 'onCorrupt', 'quota', 'check'] as const)(
    '%s and its present name together are refused',
    (former) => {
      const values = { onLocked: 'wait', onCorrupt: 'throw', quota: 1, check: 'always' } as const
      const names = { onLocked: 'ifLocked', onCorrupt: 'ifCorrupt' } as const
      const rest = { quota: 'quotaBytes', check: 'integrityCheck' } as const
      const name = { ...names, ...rest }[former]
      const both = { [former]: values[former], [name]: values[former] }
      expect(refusal(() => createIndexedDB(both))).toMatchObject({
        name: 'TypeError',
        code: 'ERR_IDB_INVALID_OPTION',
        option: former,
        message: expect.stringContaining(`"${name}"`) as string,
      })
    },
  )

  test('waitMs beside ifLocked: "throw" is refused: nothing waits', () => {
    expect(refusal(() => createIndexedDB({ waitMs: 50, ifLocked: 'throw' }))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_IDB_INVALID_OPTION',
      option: 'waitMs',
      message: expect.stringMatching(/no effect with ifLocked: "throw"; leave/) as string,
    })
  })

  test('waitMs alone is for an owner that does not share', () => {
    expect(settingsOf({ waitMs: 50 })).toMatchObject({ isShared: true, waitMs: 50 })
  })

  test('waitMs alone may be undefined', () => {
    expect(settingsOf({ waitMs: undefined, ifLocked: 'throw' }).waitMs).toBe(0)
    expect(settingsOf({ ifLocked: 'wait' }).waitMs).toBe(Infinity)
    expect(settingsOf({ ifLocked: 'share' }).waitMs).toBe(0)
  })

  test('a directory is shared unless something else is asked for', () => {
    expect(settingsOf({ ifLocked: 'share' }).isShared).toBe(true)
    expect(settingsOf({}).isShared).toBe(true)
    expect(settingsOf({ ifLocked: undefined }).isShared).toBe(true)
    expect(settingsOf({ ifLocked: 'wait' }).isShared).toBe(false)
    expect(settingsOf({ ifLocked: 'throw' }).isShared).toBe(false)
  })

  test.each<[unknown, string]>([
    [() => 'secret', 'a function'],
    [class Secret {}, 'a function'],
    [Object.create(null), 'an object'],
    [['x'], 'an array'],
    [null, 'null'],
    [10n, '10n'],
    [Symbol('s'), 'Symbol(s)'],
    ['x'.repeat(200), `"${'x'.repeat(100)}…"`],
  ])('a wrong value is named, not printed: %#', (value, shown) => {
    expect(refusal(() => createIndexedDB({ durability: value } as object))).toMatchObject({
      message: `Expected option "durability" to be "relaxed" or "strict", got ${shown}`,
    })
  })
})

const none = null as never

/** Each question about it throws. */
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable<object>({}, {})
  revoke()
  return proxy
})()

test('an option that does not exist is refused with the one that was perhaps meant', () => {
  expect(() => createIndexedDB({ durabilty: 'strict' } as object)).toThrow(
    /^Unknown option "durabilty"; did you mean "durability"\? There are "path", /,
  )
})

test.each<[string, () => unknown]>([
  ['pth', () => createIndexedDB({ pth: 1 } as object)],
  ['path', () => createIndexedDB({ path: '' })],
  ['path', () => createIndexedDB({ port: new MessageChannel().port1, path: 'x' })],
  ['port', () => createIndexedDB({ port: { postMessage() {} } })],
  ['port', () => createIndexedDB({ port: revoked as MessagePort })],
  ['port', () => serve({ postMessage() {} }, createIndexedDB({ vfs }))],
  ['port', () => serve(revoked as MessagePort, createIndexedDB({ vfs }))],
  ['vfs', () => createIndexedDB({ vfs: { ...vfs, directory: () => none } })],
  ['vfs', () => createIndexedDB({ vfs: { ...vfs, directory: (async () => {}) as never } })],
  ['vfs', () => createIndexedDB({ vfs: revoked as typeof vfs })],
  ['wasm', () => createIndexedDB({ wasm: revoked })],
  ['worker', () => createIndexedDB({ worker: revoked as MessagePort })],
  ['worker', () => createIndexedDB({ vfs, worker: true })],
  ['worker', () => createIndexedDB({ worker: '' })],
  ['target', () => install({ target: 1 as unknown as object })],
  ['force', () => install({ force: (() => {}) as unknown as boolean })],
  ['disk', () => createTestWorld({ disk: 1 } as object)],
  ['quota', () => createTestWorld({ quota: 1, quotaBytes: 1 })],
  ['quota', () => createIndexedDB({ quota: 1, quotaBytes: 1 })],
  ['quota', () => createTestWorld({ quota: -1 })],
  ['quotaBytes', () => createTestWorld({ quotaBytes: 0.5 })],
  ['cache', () => createIndexedDB({ cache: 1024 * 1024 - 1 })],
  ['cache', () => createIndexedDB({ cache: 2 ** 21 + 0.5 })],
  ['cache', () => createIndexedDB({ cache: Infinity })],
  ['cache', () => createIndexedDB({ cache: '64 MiB' as never })],
  ['faults', () => createTestWorld().inject({})],
  ['faults', () => createTestWorld({ faults: 3 as never })],
  ['faults', () => createTestWorld({ faults: none })],
  ['faults', () => createTestWorld({ faults: [{ on: 'write', nth: 1 }] as object })],
  ['faults', () => createTestWorld({ faults: { fault: [] } as object })],
  ['faults', () => createTestWorld({ faults: { freeBytes: -1 } })],
  ['faults', () => createTestWorld({ faults: { onCall: 'x' as never } })],
  ['faults', () => createTestWorld({ faults: { faults: {} as never } })],
  ['faults', () => createTestWorld({ faults: { faults: [{ on: 'writ' as 'write', nth: 1 }] } })],
  ['faults', () => createTestWorld({ faults: { faults: [{ on: 'write' } as never] } })],
  ['faults', () => createTestWorld({ faults: { faults: [{ on: 'write', nth: 0 }] } })],
  ['faults', () => createTestWorld({ faults: { faults: [{ on: 'any', nth: 1, times: 0.5 }] } })],
  ['faults', () => createTestWorld({ faults: {} }).inject({ faults: [none] })],
  ['faults', () => createTestWorld({ faults: {} }).inject(none)],
  ['database', () => forceClose({} as IDBDatabase)],
  ['request', () => salvageReport({} as IDBOpenDBRequest)],
  ['databasePath', () => setGlobalVars({}, { databasePath: 'x' })],
  ['options', () => createIndexedDB(none)],
  ['options', () => install(none)],
  ['options', () => createTestWorld(none)],
  ['options', () => setGlobalVars({}, none)],
])('the error for the option %s has its name and a code', (option, run) => {
  const known = { name: 'TypeError', code: 'ERR_IDB_INVALID_OPTION', option }
  expect(refusal(run)).toMatchObject(known)
  expect(refusal(run)).toMatchObject({ message: expect.stringContaining(option) as string })
})
