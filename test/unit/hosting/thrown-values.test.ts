/** A VFS of the user's own may throw anything: each request is answered, and no client of a port is ended. */
import { afterEach, describe, expect, test } from 'vitest'
import { close, createIndexedDB, serve } from '../../../src/index.ts'
import type { Vfs, VfsDirectory } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { resultOf } from '../../kit/promises.ts'
import { thrownValues } from '../../kit/thrown-values.ts'

/** What the method throws; null: nothing. */
let thrown: (() => unknown) | null = null

afterEach(() => {
  thrown = null
})

/** A VFS in memory, of which one method of the directory, or `write` of a file, can be made to throw. */
function throwingIn(method: 'lock' | 'list' | 'prepare' | 'open' | 'write'): Vfs {
  const inner = memory()
  const directory = (path: string): VfsDirectory =>
    overridden(inner.directory(path), (name, own) => {
      if (name === 'open' && method === 'write') {
        return (...given: unknown[]) => overridden(own(...given) as object, fileMethod)
      }
      return name === method ? throwing(own, method !== 'open') : own
    })
  const fileMethod: Override = (name, own) => (name === 'write' ? throwing(own, false) : own)
  return { name: 'throwing', isPersistent: true, directory }
}

type Method = (...given: unknown[]) => unknown
type Override = (name: PropertyKey, own: Method) => Method

function overridden<Target extends object>(target: Target, override: Override): Target {
  if (!target) return target // A file that is missing.
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? override(name, member.bind(target) as Method) : member
    },
  })
}

function throwing(own: Method, isLater: boolean): Method {
  return (...given) => {
    if (!thrown) return own(...given)
    if (isLater) return Promise.reject(thrown() as Error) // It is none.
    throw thrown()
  }
}

const refused = { name: 'UnknownError', cause: { code: 'ERR_IDB_IO' } }

describe.each(['lock', 'list', 'prepare', 'open'] as const)('%s() throws', (method) => {
  test.each(thrownValues)('%s', async (_, make) => {
    const owner = createIndexedDB({ vfs: throwingIn(method), path: 'd', onWarning: () => {} })
    const { port1, port2 } = new MessageChannel()
    serve(port1, owner)
    const client = createIndexedDB({ port: port2 })
    thrown = make
    const asked = [owner, client].map((factory) => resultOf(factory.open('n')))
    const answers = await Promise.allSettled([...asked, owner.databases(), client.databases()])
    // Not each of them needs each method.
    const failed = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason] : [],
    )
    expect(failed.length).toBeGreaterThan(0)
    for (const reason of failed) expect(reason).toMatchObject(refused)
    thrown = null
    await expect(resultOf(client.open('later'))).resolves.toMatchObject({ name: 'later' })
    await close(owner)
    port1.close()
  })
})

test.each(thrownValues)(
  'a commit that meets %s aborts with the code of input and output',
  async (_, make) => {
    const factory = createIndexedDB({ vfs: throwingIn('write'), path: 'd', onWarning: () => {} })
    const opening = factory.open('n')
    opening.onupgradeneeded = () => opening.result.createObjectStore('s')
    const database = await resultOf(opening)
    thrown = make
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put('x'.repeat(200_000), 1)
    const error = await new Promise((resolve) => {
      transaction.onabort = () => resolve(transaction.error)
      transaction.oncomplete = () => resolve('complete')
    })
    expect(error).toMatchObject(refused)
    thrown = null
    await close(factory)
  },
)

test.each<[string, unknown]>([
  ['with a process before zero', { pid: -1, thread: 0, host: 'tab 7', since: '' }],
  ['with a process alone', { pid: 5 }],
  ['with a function for a process', { pid: () => 5, thread: 0, host: 'h', since: '' }],
  [
    'whose process throws',
    {
      get pid() {
        throw new Error('no')
      },
    },
  ],
  ['that is text', 'tab 7'],
])('an owner %s is unknown, and the client of a port goes on', async (_, owner) => {
  const locked = Object.assign(new Error('taken by tab 7'), { code: 'ELOCKED', owner })
  const factory = createIndexedDB({ vfs: throwingIn('lock'), path: 'd', onWarning: () => {} })
  const { port1, port2 } = new MessageChannel()
  serve(port1, factory)
  const client = createIndexedDB({ port: port2 })
  thrown = () => locked
  const unknown = { message: 'taken by tab 7', cause: { code: 'ERR_IDB_LOCKED', owner: null } }
  for (const asked of [factory, client]) {
    await expect(resultOf(asked.open('n'))).rejects.toMatchObject(unknown)
  }
  thrown = null
  await expect(resultOf(client.open('n'))).resolves.toMatchObject({ name: 'n' })
  await close(factory)
  port1.close()
})
