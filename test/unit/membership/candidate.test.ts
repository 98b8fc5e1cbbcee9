/** Threads in line for a directory of a browser, on locks in memory. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Candidate } from '../../../src/membership/browser/candidate.ts'
import { meetingPointOf } from '../../../src/membership/browser/meeting-point.ts'
import type { Ownable } from '../../../src/membership/browser/ownable.ts'
import { FakeLocks } from '../../kit/fake-locks.ts'
import { eventually } from '../../kit/eventually.ts'

const point = meetingPointOf('/d')
let locks: FakeLocks

beforeEach(() => {
  locks = new FakeLocks()
  vi.stubGlobal('navigator', { locks })
})

afterEach(() => vi.unstubAllGlobals())

test('the first in line is elected when its worker owns, and lets the next come forward', async () => {
  const [first, second] = [new Worker(), new Worker()]
  const candidate = new Candidate(point, first.stand)
  const next = new Candidate(point, second.stand)
  await eventually(() => expect(first.hasBegun).toBe(true))
  expect(locks.waitingFor(point.candidacy)).toBe(1)
  first.getDirectory()
  expect(await candidate.elected).toBe(first.ownable)
  await eventually(() => expect(second.hasBegun).toBe(true))
  next.end()
})

test('one that leaves the line frees its place, though its worker never says that it has given up', async () => {
  const silent = new Worker()
  const candidate = new Candidate(point, silent.stand)
  await eventually(() => expect(silent.hasBegun).toBe(true))
  candidate.end()
  expect(silent.hasEnded).toBe(true)
  await eventually(() => expect(locks.isHeld(point.candidacy)).toBe(false))
})

test('one that leaves before its turn waits no more, and starts nothing', async () => {
  const [first, second] = [new Worker(), new Worker()]
  const candidate = new Candidate(point, first.stand)
  await eventually(() => expect(first.hasBegun).toBe(true))
  const next = new Candidate(point, second.stand)
  next.end()
  await expect(next.elected).rejects.toThrow('aborted')
  candidate.end()
  await eventually(() => expect(locks.isHeld(point.candidacy)).toBe(false))
  expect(second.hasBegun).toBe(false)
})

/** A worker, as the page that starts it sees it. */
class Worker {
  hasBegun = false
  hasEnded = false
  getDirectory = (): void => {}
  readonly ownable: Ownable = {
    owned: new Promise((resolve) => (this.getDirectory = resolve)),
    own: () => Promise.reject(new Error('unused')),
    end: () => (this.hasEnded = true),
  }
  readonly stand = (): Ownable => {
    this.hasBegun = true
    return this.ownable
  }
}
