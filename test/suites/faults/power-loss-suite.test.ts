import { expect, test } from 'vitest'
import { queued, relaxedAlone, scripted } from './histories.ts'
import { cutPower } from './power-loss-suite.ts'

test('a disk that confirms syncs it has not done is found out', async () => {
  const faults = [{ on: 'sync', nth: 1, times: Infinity, effect: 'lost' }] as const
  const start = { ...scripted, actions: scripted.actions.slice(0, 3) }
  const { wrong } = await cutPower(start, { seeds: [], faults })
  expect(wrong.length).toBeGreaterThan(0)
})

test('so is one that confirms them to transactions that share a sync', async () => {
  const faults = [{ on: 'syncLater', nth: 1, times: Infinity, effect: 'lost' }] as const
  const { wrong } = await cutPower(queued, { seeds: [], faults, atOnce: 6 })
  expect(wrong.length).toBeGreaterThan(0)
})

test('a power cut takes nothing of strict transactions that share a sync', async () => {
  const { points, wrong } = await cutPower(queued, { seeds: [1], atOnce: 6 })
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(100)
})

test('a power cut during the first checkpoint of a new database leaves one that opens', async () => {
  const seeds = Array.from({ length: 40 }, (_, i) => i)
  const { wrong } = await cutPower(relaxedAlone, { seeds })
  expect(wrong).toEqual([])
})
