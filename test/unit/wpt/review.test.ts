import { expect, test } from 'vitest'
import { type Manifest, knownTotals, recordScores, recordedScores } from '../../../wpt/manifest.ts'
import type { PageResult, SubtestStatus } from '../../../wpt/result.ts'
import { type Standard, reviewResults } from '../../../wpt/review.ts'

const key = { commit: 'abc', runtime: 'node20', vfs: 'node-vfs' }

function result(statuses: Readonly<Record<string, SubtestStatus>>): PageResult {
  const subtests = Object.entries(statuses).map(([name, status]) => ({
    name,
    status,
    message: null,
    stack: null,
  }))
  return { page: 'a?1', file: 'a', status: 'OK', message: '', elapsedMs: 1, subtests }
}

function review(results: readonly PageResult[], standard: Partial<Standard> = {}) {
  const expectations = { notRun: [], notPassing: [] }
  const nothing = { key, recorded: new Map(), knownTotals: new Map(), expectations }
  return reviewResults(results, { ...nothing, ...standard })
}

const oneExpected = (runtimes: string[]) => ({
  notRun: [],
  notPassing: [{ file: 'a', subtests: ['one'], runtimes, reason: 'because' }],
})

test('an unexpected failure is named and fails the run', () => {
  const { isGood, text } = review([result({ one: 'NOTRUN', two: 'PASS' })])
  expect(isGood).toBe(false)
  expect(text).toContain('  a?1: one')
  expect(text).toContain('1/2 subtests pass')
})

test('an expected failure is good in the runtimes it names only', () => {
  const failed = [result({ one: 'FAIL' })]
  expect(review(failed, { expectations: oneExpected(['node20']) }).isGood).toBe(true)
  expect(review(failed, { expectations: oneExpected(['bun']) }).isGood).toBe(false)
})

test('an expectation of one commit says nothing of another', () => {
  const [entry] = oneExpected(['node20']).notPassing
  const expectations = { notRun: [], notPassing: entry ? [{ ...entry, commits: ['def'] }] : [] }
  expect(review([result({ one: 'PASS' })], { expectations }).isGood).toBe(true)
  expect(review([result({ one: 'FAIL' })], { expectations }).isGood).toBe(false)
})

test('an unexpected pass fails the run', () => {
  const { isGood, text } = review([result({ one: 'PASS' })], {
    expectations: oneExpected(['node20']),
  })
  expect(isGood).toBe(false)
  expect(text).toContain('Unexpected passes')
})

test('subtests that another run knew stay in the denominator, and fewer passes are worse', () => {
  const manifest: Manifest = {}
  const scores = review([result({ one: 'PASS', two: 'PASS' })]).scores
  recordScores(manifest, key, { scores, keepOthers: false })
  const { isGood, text } = review([result({ one: 'PASS' })], {
    recorded: recordedScores(manifest, key),
    knownTotals: knownTotals(manifest, { ...key, vfs: 'memory-vfs' }),
  })
  expect(isGood).toBe(false)
  expect(text).toContain('a?1: 1/2, was 2/2')
})

test('recording some pages keeps the scores of the others and sums all', () => {
  const manifest: Manifest = {}
  const other = { status: 'TIMEOUT', passed: 1, total: 3 } as const
  recordScores(manifest, key, { scores: new Map([['b', other]]), keepOthers: false })
  const { scores } = review([result({ one: 'PASS' })])
  recordScores(manifest, key, { scores, keepOthers: true })
  expect(manifest['abc']?.['node20']?.['node-vfs']).toEqual({
    subtests: '2/4',
    pages: { b: 'TIMEOUT 1/3', 'a?1': '1/1' },
  })
})
