import { expect, test } from 'vitest'
import { Watches } from '../../../src/membership/session/watches.ts'
import type { ChangeListener, WatchedStore } from '../../../src/protocol/changes.ts'
import type { HostConnection } from '../../../src/protocol/protocol.ts'

/** A connection at an owner, which notes what it is asked to watch. */
function connectionAt(owner: string, log: string[]): HostConnection {
  const watch = (watched: readonly WatchedStore[]): (() => void) => {
    log.push(`${owner} watches ${watched[0]?.storeId}`)
    return () => log.push(`${owner} watches ${watched[0]?.storeId} no more`)
  }
  return { watch } as unknown as HostConnection // Nothing else is asked of it.
}

const store = (storeId: number): WatchedStore[] => [{ storeId, ranges: null }]

test('Each owner is asked anew for what is watched, and what may have been missed is told', () => {
  const log: string[] = []
  const listener: ChangeListener = { changed: () => {}, missed: () => log.push('missed') }
  const watches = new Watches()
  watches.attached(connectionAt('first', log))
  const stopOne = watches.add(store(1), listener)
  watches.left()
  const stopTwo = watches.add(store(2), listener)
  stopOne()
  watches.add(store(3), listener)
  watches.attached(connectionAt('second', log))
  stopTwo()
  watches.close()
  expect(log).toEqual([
    'first watches 1',
    'second watches 2',
    'missed',
    'second watches 3',
    'missed',
    'second watches 2 no more',
  ])
})
