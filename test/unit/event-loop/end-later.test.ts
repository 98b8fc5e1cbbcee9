import { expect, test } from 'vitest'
import { endLater } from '../../../src/event-loop/turn.ts'

/** What the process itself has, without those that test runners add. */
const count = (): number => process.listenerCount('beforeExit')

test('any number of waits have one listener together, which goes with the last of them', () => {
  const before = count()
  const ends = Array.from({ length: 20 }, () => endLater(() => false))
  expect(count()).toBe(before + 1)
  for (const end of ends.slice(1)) end.stop()
  expect(count()).toBe(before + 1)
  ends[0]?.stop()
  ends[0]?.stop()
  expect(count()).toBe(before)
})

test('the thread is kept by any of them, and asks each time that it could end', () => {
  const asked: string[] = []
  const ends = ['first', 'second', 'third'].map((name) =>
    endLater(() => {
      asked.push(name)
      return name === 'second'
    }),
  )
  process.emit('beforeExit', 0)
  for (const end of ends) end.stop()
  process.emit('beforeExit', 0)
  expect(asked).toEqual(['first', 'second'])
})
