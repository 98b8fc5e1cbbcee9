import { expect, test } from 'vitest'
import { memory } from '../../../vfs/memory.ts'
import { faulty, type Fault } from '../../../src/testing/fault-vfs.ts'
import { scripted } from './histories.ts'
import { playStruck, type StruckHistory } from './struck-history.ts'

test('a call that fails as documented leaves nothing wrong', async () => {
  expect(await play({ on: 'write', nth: 5, code: 'ENOSPC' }, ['QuotaExceededError'])).toEqual({
    hasStruck: true,
    failedActions: 1,
    wrong: null,
  })
})

test('an error of another name is found', async () => {
  const { wrong } = await play({ on: 'write', nth: 5, code: 'ENOSPC' }, ['UnknownError'])
  expect(wrong).toContain('failed with QuotaExceededError')
})

test('a write that is lost in silence is found', async () => {
  const { wrong } = await play({ on: 'write', nth: 15, times: 10, effect: 'lost' }, [])
  expect(wrong).not.toBeNull()
})

function play(fault: Fault, names: readonly string[]): Promise<StruckHistory> {
  const vfs = faulty(memory(), { faults: [fault] })
  return playStruck(scripted, {
    vfs,
    what: 'a test',
    struck: () => 'write',
    openFiles: () => vfs.openFiles(),
    isDocumented: ({ name }) => names.includes(name),
    relieve() {},
  })
}
