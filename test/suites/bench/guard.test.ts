/** The guard's verdicts, on measurements that are made up. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { guard, margin, shortRun } from './guard.ts'
import type { Answer } from './question.ts'

let lines: string[]

beforeEach(() => {
  lines = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
})

afterEach(() => vi.restoreAllMocks())

function answer(name: string, ratio: number | null, peerMs = 10): Answer {
  const measured = { coldMs: 1, coldRatio: null, gapMs: NaN }
  const measurements = [
    { name: 'disk', medianMs: 1, ratio, ...measured },
    { name: 'fake-indexeddb', medianMs: peerMs, ratio: null, ...measured },
  ]
  return { rows: [{ name, count: 1, measurements, baseline: '', goals: [] }], missing: {} }
}

/** Gives these ratios one after the other, and notes what was asked for. */
function measuring(ratios: readonly number[], name = 'get') {
  const asked: string[] = []
  const left = [...ratios]
  const measure = async (question: string, how: { filter: string; rounds: number }) => {
    asked.push(`${question} ${how.filter} ${how.rounds}`)
    return answer(name, left.shift() ?? null)
  }
  return { asked, measure }
}

const record = answer('get', 0.4)

test('a case within the margin passes, and is measured once', async () => {
  const { asked, measure } = measuring([0.4 * margin])
  expect(await guard(record, ['read'], measure)).toBe(0)
  expect(asked).toEqual(['read  5'])
})

test('a case that looks worse once is measured again, alone and longer, and passes', async () => {
  const { asked, measure } = measuring([2, 0.5])
  expect(await guard(record, ['read'], measure)).toBe(0)
  expect(asked).toEqual(['read  5', 'read get 15'])
})

test('a case that looks worse three times fails', async () => {
  const { asked, measure } = measuring([2, 0.8, 0.7])
  expect(await guard(record, ['read'], measure)).toBe(1)
  expect(asked).toHaveLength(3)
  expect(lines.join('\n')).toMatch(/get .*0\.40 .*2\.0, 0\.80, 0\.70 .*WORSE/)
})

test('a case that cannot be measured again fails', async () => {
  const { measure } = measuring([2])
  expect(await guard(record, ['read'], measure)).toBe(1)
})

test('cases that are not recorded, and those too short to be timed, are left out; with none left it fails', async () => {
  const { measure } = measuring([9], 'new')
  expect(await guard(record, ['read'], measure)).toBe(1)
  expect(lines.at(-1)).toContain('0 passed, 0 failed')
  const short = async () => answer('get', 9, 0.5)
  expect(await guard(record, ['read'], short)).toBe(1)
  expect(lines.at(-1)).toContain('0 passed, 0 failed')
})

test('a runtime without a record is said to be unchecked', async () => {
  const { asked, measure } = measuring([9])
  expect(await guard(undefined, ['read'], measure)).toBe(0)
  expect([asked, lines]).toEqual([
    [],
    ['bench: not checked: no short run of this runtime is recorded'],
  ])
})

test('a short run asks every question', async () => {
  const { asked, measure } = measuring([1, 2])
  const { rows } = await shortRun(['read', 'put'], measure)
  expect(rows).toHaveLength(2)
  expect(asked).toEqual(['read  15', 'put  15'])
})
