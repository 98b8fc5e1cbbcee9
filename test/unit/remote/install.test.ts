/** `install()` with a host. Nothing here asks a server. */
import { expect, test, vi } from 'vitest'
import { install } from '../../../src/index.ts'
import { postgres } from '../../../src/remote/entry.ts'
import { memory } from '../../../vfs/memory.ts'

test('install() refuses to leave an IndexedDB alone where its databases were to be on a host', () => {
  const target: { indexedDB?: IDBFactory } = {}
  install({ target, vfs: memory() })
  const host = postgres({ connectionString: 'postgres://localhost/app' })
  expect(() => install({ target, host })).toThrow(
    expect.objectContaining({
      code: 'ERR_IDB_INVALID_OPTION',
      option: 'host',
      message: expect.stringContaining('an import of idb-everywhere/auto'),
    }),
  )
  const forced = install({ target, host, force: true })
  expect(target.indexedDB).toBe(forced)
  expect(install({ target, host })).toBe(forced)
})

test('IDB_BACKEND=memory beside a host or a port is a TypeError that names the variable', () => {
  vi.stubEnv('IDB_BACKEND', 'memory')
  const host = postgres({ connectionString: 'postgres://localhost/app' })
  expect(() => install({ target: {}, host })).toThrow(
    'IDB_BACKEND=memory in the environment cannot be combined with option "host"; unset it',
  )
  const { port1 } = new MessageChannel()
  expect(() => install({ target: {}, port: port1 })).toThrow(/^IDB_BACKEND=memory .*"port"/)
  port1.close()
  vi.unstubAllEnvs()
})
