/** A session whose connections to the server a test makes, and loses. */
import { expect, test } from 'vitest'
import type { OpenConnection } from '../../../src/remote/session/open-connection.ts'
import { Session } from '../../../src/remote/session/session.ts'
import { ToldWatchers } from '../../../src/remote/session/told-watchers.ts'
import { sqlOn } from '../../../src/remote/sql/sql.ts'
import type { Connector } from '../../../src/remote/wire/connect.ts'
import type { Row, Statement } from '../../../src/remote/wire/statement.ts'
import { lostInBetween, type Wire } from '../../../src/remote/wire/wire.ts'

/**
 * A wire on which all is answered at once, and that says what was asked; `keep`: but for this statement, which waits for the loss; `rows`: by
 * the names of statements, where there are any.
 */
function steeredWire(keep: string | null = null, rows: Readonly<Record<string, Row[]>> = {}) {
  const listeners: (() => void)[] = []
  const wire = {
    isLost: false,
    asked: [] as string[],
    ask({ name = '', text }: Statement): Promise<readonly Row[]> {
      wire.asked.push(name)
      if (name === keep) {
        return new Promise((_, reject) => listeners.push(() => reject(lostInBetween())))
      }
      const isOne = text.startsWith('SELECT format') || name === 'idb_renew'
      return Promise.resolve(rows[name] ?? (isOne ? [['1', 'any']] : []))
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

/** A session whose connections are the next ones of these. */
function sessionOver(connections: readonly Promise<unknown>[]): Session {
  const all = [...connections]
  const connector = { connect: () => all.shift() }
  return new Session({
    schema: 'any',
    sql: sqlOn('any'),
    connector: connector as unknown as Connector, // Nothing else of it is asked for.
    serverCount: 1,
    pool: () => ({ slotsToRemake: () => [], idleSlots: [], cutOff() {} }) as never, // Nor of this.
    report: () => {},
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
