import { expect, test } from 'vitest'
import { LockRequest, Scheduler } from '../../../src/host/scheduler.ts'

/**
 * Each row: transactions in order of creation (mode and scope), the order in which they finish, and what has started
 * after each step, beginning with what starts at creation.
 */
const table: [title: string, created: string, finished: string, started: string][] = [
  ['read-only ones overlap freely', 'r1 r1 r12', '', '012'],
  ['a writer waits for earlier readers it overlaps', 'r1 r1 w1', '0 1', '01  2'],
  ['a reader waits for an earlier writer it overlaps', 'w1 r1 r1', '0', '0 12'],
  ['a reader beside a writer of other stores starts', 'w1 r2', '', '01'],
  ['writers run one after the other even if disjoint', 'w1 w2 w3', '0 1', '0 1 2'],
  ['a reader does not overtake a waiting writer it overlaps', 'r1 w1 r1', '0 1', '0 1 2'],
  ['a reader overtakes a waiting writer of other stores', 'r1 w1 r2', '0', '02 1'],
  ['a writer of several stores waits for each', 'r1 r2 w12 r2', '0 1 2', '01  2 3'],
  ['writers keep their order after a reader', 'r1 w1 w2', '0 1', '0 1 2'],
  ['a writer that gives up while waiting lets those after it go', 'r1 w1 r1', '1', '0 2'],
  ['one that gives up before its start never starts', 'w1 w1 w1', '1 0', '0  2'],
  ['scopes chain: 12 waits for 1, 23 for 12', 'w1 w12 w23 r3', '0 1 2', '0 1 2 3'],
]

test.each(table)('%s', (_title, created, finished, started) => {
  const scheduler = new Scheduler()
  let begun = ''
  const requests = created.split(' ').map(([mode, ...stores], number) => {
    const request = new LockRequest(stores.map(Number), mode === 'w', {
      start: () => (begun += number),
    })
    scheduler.add(request)
    return request
  })
  const steps = [begun]
  for (const number of finished.split(' ').filter(Boolean)) {
    begun = ''
    scheduler.release(requests[Number(number)] as LockRequest)
    steps.push(begun)
  }
  expect(steps.join(' ')).toBe(started)
})

test('whether anything waits is known', () => {
  const scheduler = new Scheduler()
  const [first, second, third] = [0, 1, 2].map(
    () => new LockRequest([1], true, { start: () => {} }),
  )
  scheduler.add(first as LockRequest)
  expect(scheduler.hasWaiting).toBe(false)
  scheduler.add(second as LockRequest)
  scheduler.add(third as LockRequest)
  scheduler.release(second as LockRequest)
  expect(scheduler.hasWaiting).toBe(true)
  scheduler.release(first as LockRequest)
  expect(scheduler.hasWaiting).toBe(false)
})

test('transactions ended one by one under a hold do not start in between', () => {
  const scheduler = new Scheduler()
  const begun: number[] = []
  const requests = [0, 1, 2].map(
    (number) => new LockRequest([1], true, { start: () => begun.push(number) }),
  )
  for (const request of requests) scheduler.add(request)
  scheduler.holdUpStarts(() => {
    for (const request of requests.slice(0, 2)) scheduler.release(request)
  })
  expect(begun).toEqual([0, 2])
})

test('100,000 waiting transactions are let through one by one in linear time', () => {
  const begin = process.cpuUsage()
  const scheduler = new Scheduler()
  const started: LockRequest[] = []
  for (let i = 0; i < 100_000; i++) {
    const request = new LockRequest([1, 2], true, { start: () => started.push(request) })
    scheduler.add(request)
  }
  let count = 0
  for (let request = started.pop(); request; request = started.pop()) {
    scheduler.release(request)
    count++
  }
  expect(count).toBe(100_000)
  // Takes a quarter of a second of the processor's time; quadratic, it would move or compare 5 billion entries.
  expect(process.cpuUsage(begin).user).toBeLessThan(4_000_000)
})

test('writers of different stores start side by side where there may be several', () => {
  const scheduler = new Scheduler({ hasOneWriter: false })
  let begun = ''
  const [first, second] = [[1], [2], [1, 2], [1]].map((stores, number) => {
    const request = new LockRequest(stores, true, { start: () => (begun += number) })
    scheduler.add(request)
    return request
  })
  expect(begun).toBe('01')
  scheduler.release(first as LockRequest)
  expect(begun).toBe('01')
  scheduler.release(second as LockRequest)
  expect(begun).toBe('012')
})
