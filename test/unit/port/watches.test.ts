import { describe, expect, test } from 'vitest'
import { SendWindow } from '../../../src/port/flow/send-window.ts'
import type { Answer } from '../../../src/port/messages.ts'
import type { ServedConnection } from '../../../src/port/serving/transactions.ts'
import { ServedWatches } from '../../../src/port/serving/watches.ts'
import type { Change, ChangeListener } from '../../../src/protocol/changes.ts'
import { emptySchema, type HostConnection } from '../../../src/protocol/protocol.ts'
import { store } from '../../kit/host-client.ts'

const full = 5 * 1024 * 1024
const change: Change = {
  storeId: 1,
  kind: 'clear',
  range: { lower: Uint8Array.of(0), upper: null },
}

/** A realm's watches at a connection, what it was sent, and those who were asked to watch. */
function fixture() {
  const window = new SendWindow()
  const sent: string[] = []
  const listeners = new Set<ChangeListener>()
  const watch: HostConnection['watch'] = (_watched, listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const connection = { watch } as HostConnection // Nothing else is asked of it.
  const schema = { ...emptySchema, stores: new Map([[1, store(1)]]) }
  const connections = new Map<number, ServedConnection>([[1, { connection, schema }]])
  const post = ({ type, id }: Answer): void => void sent.push(`${type} ${id}`)
  const watches = new ServedWatches(connections, { post, window })
  const begin = (id: number, storeId = 1, at = 1): void =>
    watches.receive({ type: 'watch', id, connection: at, watched: [{ storeId, ranges: null }] })
  const tell = (): void => {
    for (const listener of listeners) listener.changed([change], false)
  }
  return { window, sent, listeners, watches, begin, tell }
}

describe('watches of a realm', () => {
  test('A realm that takes too little is told once that it has missed changes, when it takes more', () => {
    const { window, sent, begin, tell } = fixture()
    begin(2)
    tell()
    window.sent(full)
    for (let i = 0; i < 3; i++) tell()
    expect(sent).toEqual(['changed 2'])
    window.acknowledged(1)
    tell()
    expect(sent).toEqual(['changed 2', 'missed 2', 'changed 2'])
  })

  test('What the host may have missed is passed on', () => {
    const { sent, begin, listeners } = fixture()
    begin(2)
    for (const listener of listeners) listener.missed()
    expect(sent).toEqual(['missed 2'])
  })

  test('Each ends by itself, and all with the realm', () => {
    const { listeners, watches, begin } = fixture()
    for (const id of [2, 3, 4]) begin(id)
    watches.unwatch(3)
    watches.unwatch(3)
    expect(listeners.size).toBe(2)
    watches.close()
    expect(listeners.size).toBe(0)
  })

  test('A store that does not exist is refused, and a connection that was closed is not', () => {
    const { sent, begin, listeners } = fixture()
    expect(() => begin(2, 9)).toThrow(/object store that does not exist/)
    begin(3, 1, 7)
    expect([sent, listeners.size]).toEqual([[], 0])
  })
})
