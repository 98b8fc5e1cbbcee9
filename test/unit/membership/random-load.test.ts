import { expect, test } from 'vitest'
import { type LoadReport, RandomLoad } from '../../kit/shared/random-load.ts'

test('members under load outlive their owners: nothing lost, torn, told wrongly or stuck', async () => {
  const reports: LoadReport[] = []
  for (let seed = 1; seed <= 4; seed++) {
    reports.push(await new RandomLoad({ seed, members: 3, each: 60 }).run())
  }
  expect(reports.flatMap(({ wrong }) => wrong)).toEqual([])
  const sum = (of: (report: LoadReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0)
  expect(sum(({ kills }) => kills)).toBeGreaterThan(10)
  expect(sum(({ handOvers }) => handOvers)).toBeGreaterThan(3)
  const survived = sum(({ counts }) => counts.replayed + counts.settled)
  const aborted = sum(({ counts: { tooLong, differed, disconnected, unknown, own } }) => {
    return tooLong + differed + disconnected + unknown + own
  })
  expect(survived).toBeGreaterThan(aborted)
}, 30_000)
