/** What a process waits for that has asked others to close. */
import { expect, test } from 'vitest'
import { Answers } from '../../../src/remote/session/answers.ts'

/** What is settled first once all that is due at once has run. */
const nowOrLater = (waiting: Promise<void>): Promise<string> =>
  Promise.race([
    waiting.then(() => 'now'),
    new Promise<string>((resolve) => setImmediate(() => resolve('later'))),
  ])

test('a message that has come since the last look is waited for no more', async () => {
  const answers = new Answers()
  const { count } = answers
  answers.heard()
  expect(await nowOrLater(answers.since(count))).toBe('now')
})

test('one that came before it is no reason to look again; the next is, for all who wait', async () => {
  const answers = new Answers()
  answers.heard()
  const waiting = [1, 2].map(() => answers.since(answers.count))
  expect(await Promise.all(waiting.map(nowOrLater))).toEqual(['later', 'later'])
  answers.heard()
  expect(await Promise.all(waiting.map(nowOrLater))).toEqual(['now', 'now'])
})
