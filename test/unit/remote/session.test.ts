/** A session whose connections to the server a test makes, and loses. */
import { expect, test } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import type { OpenConnection } from '../../../src/remote/session/open-connection.ts'
import { Session } from '../../../src/remote/session/session.ts'
import { ToldWatchers } from '../../../src/remote/session/told-watchers.ts'
import { standbys } from '../../../src/remote/sql/meta.ts'
import { sqlOn } from '../../../src/remote/sql/sql.ts'
import type { Connector } from '../../../src/remote/wire/connect.ts'
import type { Row, Statement } from '../../../src/remote/wire/statement.ts'
import { lostInBetween, type Wire } from '../../../src/remote/wire/wire.ts'

/**
 * A wire on which all is answered at once, and that says what was asked; `keep`: but for this statement, which waits for `answer()`, or the
 * loss; `rows`: by the names of statements, or the texts of those without one.
 */
function steeredWire(keep: string | null = null, rows: Readonly<Record<string, Row[]>> = {}) {
  const listeners: (() => void)[] = []
  const wire = {
    isLost: false,
    asked: [] as string[],
    answer: (): void => {},
    ask({ name = '', text }: Statement): Promise<readonly Row[]> {
      const called = name || text
      wire.asked.push(called)
      if (called === keep) {
        return new Promise((resolve, reject) => {
          wire.answer = () => resolve([])
          listeners.push(() => reject(lostInBetween()))
        })
      }
      const isOne = text.startsWith('SELECT format') || name === 'idb_renew'
      return Promise.resolve(rows[called] ?? (isOne ? [['1', 'any', 't']] : []))
    },
    onLoss: (listener: () => void) => void listeners.push(listener),
    onNotification() {},
    cutOff(): void {
      wire.isLost = true
      for (const listener of listeners.splice(0)) listener()
    },
    end: () => Promise.resolve(wire.cutOff()),
  }
  return wire
}

/** A session whose connections are the next ones of these. `report`: takes warnings. */
function sessionOver(
  connections: readonly Promise<unknown>[],
  report: (failure: Failure) => void = () => {},
): Session {
  const all = [...connections]
  const connector = { connect: () => all.shift() }
  return new Session({
    schema: 'any',
    sql: sqlOn('any'),
    connector: connector as unknown as Connector, // Nothing else of it is asked for.
    serverCount: 1,
    pool: () => ({ slotsToRemake: () => [], idleSlots: [], cutOff() {} }) as never, // Nor of this.
    report,
  })
}

test('a connection that comes about after its session has ended is closed', async () => {
  const wire = steeredWire()
  let connect: (wire: Wire) => void = () => {}
  const session = sessionOver([new Promise((resolve) => (connect = resolve))])
  const ready = session.ready()
  await session.end()
  connect(wire as unknown as Wire) // Nothing else of it is asked for.
  await expect(ready).rejects.toMatchObject({ problem: { isLoss: true } })
  expect(wire.isLost).toBe(true)
})

test('a session that ends as it begins is ended on the server, too', async () => {
  const wire = steeredWire('idb_begin')
  const session = sessionOver([Promise.resolve(wire)])
  const ready = session.ready()
  await expect.poll(() => wire.asked).toContain('idb_begin')
  const ended = session.end()
  wire.answer()
  await ended
  expect([wire.asked.at(-1), wire.isLost]).toEqual(['idb_end', true])
  expect(await ready).toBe(session.client)
})

test('what others are asked goes over the next connection where one is lost as soon as it is there', async () => {
  const [first, second, third] = [steeredWire(), steeredWire('idb_renew'), steeredWire()]
  const session = sessionOver([first, second, third].map((it) => Promise.resolve(it)))
  await session.ready()
  first.cutOff()
  const asking = session.ask(1, 'request', { oldVersion: 1, newVersion: 2 })
  await expect.poll(() => second.asked).toContain('idb_renew')
  second.cutOff()
  await asking
  expect([first, second, third].map(({ asked }) => asked.includes('idb_ask'))).toEqual([
    false,
    false,
    true,
  ])
  await session.end()
})

test('what others are asked is asked again where the connection is lost in it', async () => {
  const [first, second] = [steeredWire('idb_ask'), steeredWire()]
  const session = sessionOver([first, second].map((it) => Promise.resolve(it)))
  const asking = session.ask(1, 'request', { oldVersion: 1, newVersion: 2 })
  await expect.poll(() => first.asked).toContain('idb_ask')
  first.cutOff()
  await asking
  expect(second.asked).toContain('idb_ask')
  await session.end()
})

test('that a connection was asked to close is noted over the next connection where the note is lost', async () => {
  const asked = { idb_asked: [['c', 'request', '1', '2']] }
  const [first, second] = [steeredWire('idb_noteDelivered', asked), steeredWire(null, asked)]
  const session = sessionOver([first, second].map((it) => Promise.resolve(it)))
  await session.ready()
  const events: unknown[] = []
  const connection = {
    id: 'c',
    askedFor: null,
    toldOf: null,
    isPlaced: false,
    database: { watchers: new ToldWatchers() },
    deliverVersionChange: (...versions: unknown[]) => Promise.resolve(void events.push(versions)),
  }
  session.register(connection as unknown as OpenConnection) // Nothing else of it is asked for.
  await session.check()
  await expect.poll(() => first.asked).toContain('idb_noteDelivered')
  first.cutOff()
  await expect.poll(() => second.asked).toContain('idb_noteDelivered')
  expect(events).toEqual([[1, 2]])
  await session.unregister(connection as unknown as OpenConnection)
  await session.end()
})

test('standbys that are not waited for are warned of once, though the first connection is lost in asking', async () => {
  const found = { [standbys.text]: [['1', '']] }
  const wires = [steeredWire(standbys.text), steeredWire(null, found), steeredWire(null, found)]
  const warnings: Failure[] = []
  const session = sessionOver(
    wires.map((it) => Promise.resolve(it)),
    (warning) => warnings.push(warning),
  )
  const ready = session.ready()
  await expect.poll(() => wires[0]?.asked).toContain(standbys.text)
  wires[0]?.cutOff()
  await expect(ready).rejects.toMatchObject({ problem: { isLoss: true } })
  for (const wire of wires.slice(1)) {
    await session.ready()
    wire.cutOff()
  }
  expect(warnings).toMatchObject([{ facts: { code: 'ERR_IDB_SERVER' } }])
  await session.end()
})
