import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, test } from 'vitest'
import { Heir } from '../../../src/membership/node/heir.ts'

describe('an heir', () => {
  const pauseMs = 20

  function heir(client: string, endsWithOwner: (id: string) => boolean = () => false) {
    const readied: string[] = []
    const getReady = (): void => void readied.push(client)
    return { heir: new Heir({ client, endsWithOwner, getReady, restMs: pauseMs }), readied }
  }

  test('gets ready once, if it is one of the first two', async () => {
    const made = ['a', 'b', 'c'].map((client) => heir(client))
    for (const { heir: one } of made) {
      one.note(['a', 'b', 'c'])
      one.note(['a', 'b', 'c'])
    }
    await pause(4 * pauseMs)
    assert.deepEqual(
      made.map(({ readied }) => readied),
      [['a'], ['b'], []],
    )
  })

  test('passes over those who end with the owner', async () => {
    const made = heir('c', (id) => id !== 'c')
    made.heir.note(['a', 'b', 'c'])
    await pause(4 * pauseMs)
    assert.deepEqual(made.readied, ['c'])
  })

  test('gets ready at a rank that it has come to meanwhile, counted from then', async () => {
    const { heir: late, readied } = heir('c')
    late.note(['a', 'b', 'c'])
    await pause(2 * pauseMs)
    assert.deepEqual(readied, [])
    late.note(['a', 'c'])
    assert.deepEqual(readied, [])
    // One that comes back before it does not take the rank away.
    late.note(['a', 'b', 'c'])
    await pause(4 * pauseMs)
    assert.deepEqual(readied, ['c'])
  })

  test('gets ready when others have gone, and not where it goes itself before', async () => {
    const [stays, goes] = [heir('c'), heir('d')]
    stays.heir.note(['a', 'b', 'c'])
    stays.heir.note(['b', 'c'])
    goes.heir.note(['b', 'd'])
    goes.heir.end()
    await pause(4 * pauseMs)
    assert.deepEqual([stays.readied, goes.readied], [['c'], []])
  })
})
