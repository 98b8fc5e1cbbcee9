/** A request that waits for connections to close, and looks again and again. */
import { expect, test } from 'vitest'
import { QueuedRequest } from '../../../src/host/requests/queued-request.ts'
import { closeOthers } from '../../../src/remote/requests/close-others.ts'
import { Answers } from '../../../src/remote/session/answers.ts'

test('a request that waits long asks to be told of the end of a connection once', async () => {
  const answers = new Answers()
  const looks: string[] = []
  const wire = {
    ask() {
      looks.push('look')
      return Promise.resolve([['0', '0']])
    },
  }
  const services = { session: { answers }, sql: { sessions: {} } }
  let close = (): void => {}
  const closed = new Promise<void>((resolve) => (close = resolve))
  let asked = 0
  const connection = {
    get closed() {
      asked++
      return closed
    },
    closePending: true,
    deliverVersionChange: () => Promise.resolve(),
  }
  const connections = new Set([connection])
  const place = { database: 'any' }
  const process = (): Promise<void> => Promise.resolve()
  const made = { origin: undefined, place, listener: { failed() {} }, process, blocked() {} }
  const request = new QueuedRequest(made)
  const closing = { services, lease: { wire }, connections, request, blocked() {}, db: 1 }
  const over = closeOthers({ ...closing, oldVersion: 1, newVersion: 2 } as never) // No more is asked of these.
  for (let i = 2; i < 10; i++) {
    await expect.poll(() => looks.length).toBeGreaterThanOrEqual(i)
    answers.heard()
  }
  connections.clear()
  close()
  await over
  expect(asked).toBe(1)
})
