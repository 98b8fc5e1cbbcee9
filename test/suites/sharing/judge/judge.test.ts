import { expect, test } from 'vitest'
import type { Line, Unsaid } from '../load/log.ts'
import type { Found } from './found.ts'
import { type History, judge, unknownOutcome, type Verdict } from './judge.ts'
import { addEffects, newEffects } from './times.ts'

const nothing: Found = { journals: new Map(), scratch: new Map(), broken: [] }
const clean: Verdict = { lost: [], torn: [], twice: [], toldWrongly: [], noticed: [], wrong: [] }

const history = (...lines: Unsaid[]): History => ({
  thread: 'p0.0',
  lines: lines.map((line, at): Line => ({ ...line, at })),
})
const begun = (
  id: string,
  journals = ['bank/journal-a'],
  scratch: string | null = null,
): Unsaid => ({
  t: 'begun',
  id,
  kind: scratch === null ? 'transfer' : 'fill',
  journals,
  scratch,
})
const done = (id: string): Unsaid => ({ t: 'done', id })
const aborted = (id: string, code: string | null = null): Unsaid => ({
  t: 'aborted',
  id,
  wanted: false,
  error: 'AbortError',
  code,
})
const journal = (...ids: string[]): Found['journals'] =>
  new Map([['bank/journal-a', ids.map((id, i) => ({ key: i + 1, id, ticket: i + 1 }))]])
const found = (...ids: string[]): Found => ({ ...nothing, journals: journal(...ids) })

test('what was acknowledged and is there, aborted and not there, or never answered is right', () => {
  const lines = [begun('1'), done('1'), begun('2'), aborted('2'), begun('3'), begun('4')]
  expect(judge([history(...lines)], found('1', '3'))).toEqual(clean)
})

test('what was acknowledged and is not there is lost', () => {
  const { lost } = judge([history(begun('1'), done('1'))], found())
  expect(lost).toHaveLength(1)
})

test('what is in one of two journals is torn, acknowledged or not', () => {
  const both = ['bank/journal-a', 'bank/journal-b']
  expect(judge([history(begun('1', both))], found('1')).torn).toHaveLength(1)
  expect(judge([history(begun('1', both), done('1'))], found('1')).torn).toHaveLength(1)
})

test('what is there and was told to be aborted was told wrongly, unless its outcome was said to be unknown', () => {
  expect(judge([history(begun('1'), aborted('1'))], found('1')).toldWrongly).toHaveLength(1)
  expect(judge([history(begun('1'), aborted('1', unknownOutcome))], found('1'))).toEqual(clean)
})

test('an id that is there twice was run twice', () => {
  const { twice } = judge([history(begun('1'), done('1'))], found('1', '1'))
  expect(twice).toEqual(['1 is in bank/journal-a twice'])
})

test('a ticket that was left out, or given twice, is found', () => {
  for (const ticket of [1, 3]) {
    const records = [
      { key: 1, id: '1', ticket: 1 },
      { key: 2, id: '2', ticket },
    ]
    const journals = new Map([['bank/journal-a', records]])
    const lines = [begun('1'), done('1'), begun('2'), done('2')]
    expect(judge([history(...lines)], { ...nothing, journals }).twice).toHaveLength(1)
  }
})

test('a record that nobody began is wrong', () => {
  expect(judge([], found('9')).wrong).toHaveLength(1)
})

test('a database is as its thread was told last; of what came later nothing is known', () => {
  const fill = begun('1', [], 'scratch-p0.0-0')
  const gone = judge([history(fill, done('1'))], nothing)
  expect(gone.lost).toHaveLength(1)
  expect(judge([history(fill, done('1'), begun('2', [], 'scratch-p0.0-0'))], nothing)).toEqual(
    clean,
  )
})

test('events at idle connections are noticed', () => {
  expect(judge([history({ t: 'noticed', what: 'close' })], nothing).noticed).toHaveLength(1)
})

test('what was under way at an incident survived or did not, and the next task begun after it is timed', () => {
  const lines = [begun('1'), begun('2'), begun('3'), done('1'), aborted('2'), begun('4'), done('4')]
  const effects = newEffects()
  addEffects(effects, [{ what: 'owner killed', at: 2.5, survivors: ['p0.0'] }], [history(...lines)])
  expect(effects).toEqual({ nextMs: [3.5], survived: 1, aborted: new Map([['AbortError', 1]]) })
})
