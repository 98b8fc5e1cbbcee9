import type { EventEmitter } from 'node:events'
import { beforeAll, expect, test } from 'vitest'
import { Wire } from '../../../src/remote/wire/wire.ts'
import { loadDriver, type PgClient } from '../../../src/remote/wire/pg-driver.ts'

beforeAll(async () => void (await loadDriver()))

/** A driver's client that answers when it is told to, and says whether it keeps the process alive. */
function steeredClient() {
  const answers: (() => void)[] = []
  const client = {
    isReferenced: true,
    isEnded: false,
    connection: { stream: { write: () => true, destroy() {} } },
    on() {},
    ref: () => void (client.isReferenced = true),
    unref: () => void (client.isReferenced = false),
    query: (asked: EventEmitter) =>
      void answers.push(() => asked.emit('end', { command: 'COMMIT' })),
    end: () => new Promise<void>(() => {}),
    answerAll: () => answers.splice(0).forEach((answer) => answer()),
  }
  return client
}

test('a wire keeps the process alive while an answer is awaited, and no longer', () => {
  const client = steeredClient()
  const wire = new Wire(client as unknown as PgClient) // Nothing else of it is asked for.
  expect(client.isReferenced).toBe(false)
  void wire.ask({ text: 'COMMIT' })
  expect(client.isReferenced).toBe(true)
  client.answerAll()
  expect(client.isReferenced).toBe(false)
})

test('a wire that is ended before all is answered keeps the process alive until it is closed', () => {
  const client = steeredClient()
  const wire = new Wire(client as unknown as PgClient) // Nothing else of it is asked for.
  void wire.ask({ text: 'COMMIT' })
  void wire.end()
  client.answerAll()
  expect(client.isReferenced).toBe(true)
})

test('a wire is idle after an answer that could not be taken', () => {
  const client = steeredClient()
  const wire = new Wire(client as unknown as PgClient) // Nothing else of it is asked for.
  const done = (): never => {
    throw new Error('nonsense')
  }
  wire.send({ text: 'SELECT 1' }, [], { done, failed() {} })
  let isIdle = false
  wire.whenIdle(() => (isIdle = true))
  expect(() => client.answerAll()).toThrow('nonsense')
  expect([isIdle, client.isReferenced]).toEqual([true, false])
})

test('who asks to be told of a loss is told of one that there was', async () => {
  const wire = new Wire(steeredClient() as unknown as PgClient) // Nothing else of it is asked for.
  const told: string[] = []
  wire.onLoss(() => told.push('before'))
  wire.cutOff()
  wire.onLoss(() => told.push('after'))
  expect(told).toEqual(['before'])
  await Promise.resolve()
  expect(told).toEqual(['before', 'after'])
})
