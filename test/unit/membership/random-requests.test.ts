import { expect, test } from 'vitest'
import { RandomRequests, type RequestsReport } from '../../kit/shared/random-requests.ts'

/** More of them: RANDOM_SEEDS=1000-2000 */
function seeds(): number[] {
  const [first = 1, last = 12] = (process.env['RANDOM_SEEDS'] ?? '1-12').split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

test('of requests and transactions whose owners die at any message each is done once, as was told', async () => {
  const reports: RequestsReport[] = []
  for (const seed of seeds()) {
    const report = await new RandomRequests({ seed, members: 4, each: 40 }).run()
    expect(report.wrong, `seed ${seed}`).toEqual([])
    reports.push(report)
  }
  const sum = (of: (report: RequestsReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0)
  expect(sum(({ kills }) => kills)).toBeGreaterThan(20)
  expect(sum(({ writes }) => writes.done)).toBeGreaterThan(100)
  expect(sum(({ deletions }) => deletions.done)).toBeGreaterThan(20)
}, 600_000)
