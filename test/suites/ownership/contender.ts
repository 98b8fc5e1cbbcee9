/**
 * One of the processes that race for a directory. Says `ready`, waits for a line on its standard input, then tries to become the
 * owner and says `owner`, or `loser` and the error. Owners stay until they are killed.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { createIndexedDB } from '../../../src/index.ts'

const say = (line: string): number => writeSync(1, `${line.replaceAll('\n', ' ')}\n`)
const indexedDB = createIndexedDB({ path: process.argv[2] ?? '', ifLocked: 'throw' })
process.stdin.once('data', () => void contend())
say('ready')

async function contend(): Promise<void> {
  try {
    await indexedDB.databases()
    say(`owner ${process.pid}`)
    setInterval(() => {}, 1_000_000)
  } catch (error) {
    say(`loser ${error}`)
    process.exit(0)
  }
}
