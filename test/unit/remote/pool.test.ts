/** Who gets which connection to a server, and who is told where none comes about. */
import { expect, test } from 'vitest'
import { domException } from '../../../src/errors.ts'
import { Pool } from '../../../src/remote/pool.ts'
import { transactionStatements } from '../../../src/remote/sql/transaction-statements.ts'
import { type Connector, NoLongerWanted } from '../../../src/remote/wire/connect.ts'
import type { Statement, Value } from '../../../src/remote/wire/statement.ts'

type Connect = (isWanted: () => boolean) => Promise<unknown>

/** A pool of that many connections. */
function poolOf(most: number, connect: Connect, spareMs?: number): Pool {
  return new Pool({
    schema: 'any',
    connector: { connect } as unknown as Connector, // Nothing else of it is asked for.
    statements: transactionStatements('"any"'),
    most,
    idleMs: 30_000,
    client: () => Promise.resolve('any'),
    revive: () => Promise.resolve(),
    ...(spareMs !== undefined && { spareMs }),
    findUnused: () => Promise.resolve(new Set()),
  })
}

/** A connection that is answered without a server. */
class AnsweredWire {
  isLost = false
  /** What statements were executed with. */
  readonly asked: (readonly Value[])[] = []
  readonly #listeners: (() => void)[] = []
  readonly #ended: Promise<void>

  /** `ended`: when the server has closed it. */
  constructor(ended = Promise.resolve()) {
    this.#ended = ended
  }

  ask(_statement: Statement, values: readonly Value[]): Promise<[]> {
    this.asked.push(values)
    return Promise.resolve([])
  }

  onLoss(listener: () => void): void {
    this.#listeners.push(listener)
  }

  cutOff(): void {
    this.isLost = true
    for (const listener of this.#listeners.splice(0)) listener()
  }

  end(): Promise<void> {
    return this.#ended.then(() => this.cutOff())
  }
}

test('a connection without its slot ends when it comes back, and idle ones stay', async () => {
  const pool = poolOf(2, () => Promise.resolve(new AnsweredWire()))
  const [used, idle] = await Promise.all([pool.acquire(), pool.acquire()])
  pool.release(idle)
  expect(pool.slotsToRemake()).toEqual([idle.slot])
  pool.release(used)
  expect(used.wire.isLost).toBe(true)
  expect(await pool.acquire()).toBe(idle)
  const another = await pool.acquire()
  expect([used.slot, idle.slot]).not.toContain(another.slot)
})

test('all who wait are told where the only connection cannot be made', async () => {
  const reason = domException('UnknownError', 'away', { code: 'ERR_IDB_UNREACHABLE' })
  const pool = poolOf(1, () => Promise.reject(reason))
  const outcomes = await Promise.allSettled([pool.acquire(), pool.acquire(), pool.acquire()])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(outcomes).toMatchObject(
    [1, 2, 3].map(() => ({ reason: { cause: { code: 'ERR_IDB_UNREACHABLE' } } })),
  )
})

test('slots of connections that were closed are not kept for those that follow', async () => {
  const wires: AnsweredWire[] = []
  const pool = poolOf(1, () => {
    const wire = new AnsweredWire()
    wires.push(wire)
    return Promise.resolve(wire)
  })
  for (let i = 0; i < 3; i++) {
    pool.release(await pool.acquire())
    await pool.close()
  }
  expect(wires.map(({ asked }) => asked)).toEqual([
    [['any', 1, [1]]],
    [['any', 2, [2]]],
    [['any', 3, [3]]],
  ])
})

test('a pool is closed once a connection that was one too many is', async () => {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  const pool = poolOf(1, () => Promise.resolve(new AnsweredWire(ended)))
  const [used, lent] = await Promise.all([pool.acquire(), pool.acquireForRequest()])
  pool.release(lent)
  used.wire.cutOff()
  const log: string[] = []
  const closing = pool.close().then(() => log.push('closed'))
  await new Promise((resolve) => setImmediate(resolve))
  log.push('ended')
  end()
  await closing
  expect(log).toEqual(['ended', 'closed'])
})

test('where the server takes no more connections, one is looked for only while a transaction waits for it', async () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  let tries = 0
  const pool = poolOf(2, async (isWanted) => {
    if (tries++ === 0) return new AnsweredWire()
    do await turn()
    while (isWanted())
    throw new NoLongerWanted()
  })
  const first = await pool.acquire()
  const second = pool.acquire()
  // It is tried again while that waits.
  while (tries < 4) await turn()
  pool.release(first)
  pool.release(await second)
  await pool.close()
  const triesAtEnd = tries
  await turn()
  await turn()
  expect([(await second).slot, tries]).toEqual([first.slot, triesAtEnd])
})

test('connections that stay idle are closed, but the one that was used last', async () => {
  const pool = poolOf(3, () => Promise.resolve(new AnsweredWire()), 1)
  const leases = await Promise.all([1, 2, 3].map(() => pool.acquire()))
  for (const lease of leases) pool.release(lease)
  const areLost = (): boolean[] => leases.map(({ wire }) => wire.isLost)
  await expect.poll(areLost).toEqual([true, true, false])
  expect(await pool.acquire()).toBe(leases[2])
})
