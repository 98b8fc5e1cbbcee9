import { setImmediate as nextTask } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { WorkerWatch } from '../../../src/membership/browser/worker-watch.ts'
import { beginLife } from '../../../src/membership/browser/web-locks.ts'
import { FakeLocks } from '../../kit/fake-locks.ts'
import { unhandledRejections } from '../../kit/uncaught.ts'
import { eventually } from '../../kit/eventually.ts'

afterEach(() => vi.unstubAllGlobals())

test('A worker has died when the lock that it has until it ends is free', async () => {
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
  const { id, end } = await beginLife()
  const died = vi.fn()
  new WorkerWatch(died).lives(id)
  await nextTask()
  expect(died).not.toHaveBeenCalled()
  end()
  await eventually(() => expect(died).toHaveBeenCalledOnce())
})

test('Where locks cannot be looked at, as in a page that is being left, a watch leaves no rejection unhandled', async () => {
  const query = vi.fn(() => Promise.reject(new Error('Query failed')))
  vi.stubGlobal('navigator', { locks: { query } })
  const rejections = await unhandledRejections(async () => {
    new WorkerWatch(() => {}).lives('life')
    await nextTask()
  })
  expect(query).toHaveBeenCalledOnce()
  expect(rejections).toEqual([])
})
