/** A session whose connections to the server a test makes, and loses. */
import { expect, test } from 'vitest'
import { Session } from '../../../src/remote/session/session.ts'
import { sqlOn } from '../../../src/remote/sql/sql.ts'
import type { Connector } from '../../../src/remote/wire/connect.ts'
import type { Row, Statement } from '../../../src/remote/wire/statement.ts'
import { lostInBetween, type Wire } from '../../../src/remote/wire/wire.ts'

/** A wire on which all is answered at once, and that says what was asked; `keep`: but for this statement, which waits for the loss. */
function steeredWire(keep: string | null = null) {
  const listeners: (() => void)[] = []
  const wire = {
    isLost: false,
    asked: [] as string[],
    ask({ name = '', text }: Statement): Promise<readonly Row[]> {
      wire.asked.push(name)
      if (name === keep) {
        return new Promise((_, reject) => listeners.push(() => reject(lostInBetween())))
      }
      return Promise.resolve(
        text.startsWith('SELECT format') || name === 'idb_renew' ? [['1', 'any']] : [],
      )
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
