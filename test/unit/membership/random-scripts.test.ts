import { expect, test } from 'vitest'
import { RandomScripts, type ScriptsReport } from '../../kit/shared/random-scripts.ts'

/** More of them: RANDOM_SEEDS=1000-1500 */
function seeds(): number[] {
  const [first = 1, last = 3] = (process.env['RANDOM_SEEDS'] ?? '1-3').split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

test('scripts with cursors and failing requests are told over changes of owner what they are told at one owner', async () => {
  const reports: ScriptsReport[] = []
  for (const seed of seeds()) {
    const report = await new RandomScripts({ seed, members: 4, each: 25 }).run()
    expect(report.wrong, `seed ${seed}`).toEqual([])
    reports.push(report)
  }
  const sum = (of: (report: ScriptsReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0)
  expect(sum(({ kills }) => kills)).toBeGreaterThan(5)
  expect(sum(({ compared }) => compared)).toBeGreaterThan(100)
  expect(sum(({ ends }) => ends.aborted)).toBeGreaterThan(5)
}, 600_000)
