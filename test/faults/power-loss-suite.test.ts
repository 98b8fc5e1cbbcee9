import { expect, test } from 'vitest'
import { scripted } from './histories.ts'
import { cutPower } from './power-loss-suite.ts'

test('a disk that confirms syncs it has not done is found out', async () => {
  const faults = [{ on: 'sync', nth: 1, times: Infinity, effect: 'lost' }] as const
  const start = { ...scripted, actions: scripted.actions.slice(0, 3) }
  const { wrong } = await cutPower(start, [], faults)
  expect(wrong.length).toBeGreaterThan(0)
})
