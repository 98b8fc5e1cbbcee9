import { describe, expect, test } from 'vitest'
import type { Stock, Told } from '../scope/load.ts'
import { type Findings, Ledger } from './ledger.ts'

const nothing: Findings = { lost: [], torn: [], toldWrongly: [], untold: [], miscounted: [] }

describe('the ledger of fail-over rounds', () => {
  test('finds nothing where the database has what was told', () => {
    const told = [committed(1), committed(2), { ...committed(3), outcome: 'aborted' as const }]
    expect(audit(told, { counter: 2, records: { 'a:1': '1', 'a:2': '2' } })).toEqual(nothing)
  })

  test('finds an acknowledged transaction that is not there', () => {
    const found = audit([committed(1), committed(2)], { counter: 1, records: { 'a:1': '1' } })
    expect(found).toEqual({ ...nothing, lost: ['a:2'] })
  })

  test('finds a transaction that is there in part', () => {
    const found = audit([committed(1)], { counter: 1, records: { 'a:1': 'torn' } })
    expect(found).toEqual({ ...nothing, torn: ['a:1'] })
  })

  test('finds an aborted transaction that is there', () => {
    const told = [{ ...committed(1), outcome: 'aborted' as const }]
    const found = audit(told, { counter: 1, records: { 'a:1': '1' } })
    expect(found).toEqual({ ...nothing, toldWrongly: ['a:1'] })
  })

  test('finds a transaction that only a dead tab may not have been told of', () => {
    const stock = { counter: 2, records: { 'a:1': '1', 'b:1': '2' } }
    expect(audit([committed(1)], stock)).toEqual({ ...nothing, untold: ['b:1'] })
    expect(audit([committed(1)], stock, new Set(['b']))).toEqual(nothing)
  })

  test('finds an update of the counter that was lost or done twice', () => {
    const told = [committed(1), { ...committed(2), detail: '1' }]
    const lost = audit(told, { counter: 1, records: { 'a:1': '1', 'a:2': '1' } })
    expect(lost.miscounted).toHaveLength(1)
    expect(audit([committed(1)], { counter: 2, records: { 'a:1': '1' } }).miscounted).toHaveLength(
      1,
    )
  })

  test('measures the longest wait that ended after a time, from that time on', () => {
    const ledger = new Ledger()
    for (const atMs of [10, 60, 70]) ledger.heard({ ...committed(atMs), atMs })
    expect(ledger.longestWaitSince('a', 20)).toBe(40)
    expect(ledger.longestWaitSince('a', 60)).toBe(10)
  })

  test('says when a tab has no further commit', async () => {
    const limits = { count: 1, limitMs: 20 }
    expect(await new Ledger().commitsAfter('a', 0, limits)).toBe(false)
  })
})

function committed(n: number): Told {
  return { tab: 'a', n, outcome: 'committed', detail: String(n), atMs: n }
}

function audit(told: readonly Told[], stock: Stock, dead = new Set<string>()): Findings {
  const ledger = new Ledger()
  for (const it of told) ledger.heard(it)
  return ledger.audit(stock, dead)
}
