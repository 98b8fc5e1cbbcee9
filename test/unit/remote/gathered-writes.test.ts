import { expect, test } from 'vitest'
import { gatherWrites } from '../../../src/remote/wire/gathered-writes.ts'

/** A stream that has written a piece when it is told to. */
function steeredStream() {
  const pieces: string[] = []
  const waiting: ((error?: Error | null) => void)[] = []
  return {
    pieces,
    write(bytes: Uint8Array, written: (error?: Error | null) => void = () => {}): boolean {
      pieces.push(Buffer.from(bytes).toString())
      waiting.push(written)
      return true
    },
    writeNext: () => waiting.shift()?.(null),
  }
}

const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

const bytesOf = (text: string): Uint8Array => Buffer.from(text)

test('what is written in one task leaves as one piece, and each is told once it is written', async () => {
  const stream = steeredStream()
  gatherWrites(stream)
  const told: string[] = []
  for (const text of ['a', 'b', 'c']) stream.write(bytesOf(text), () => told.push(text))
  expect(stream.pieces).toEqual([])
  await tick()
  expect(stream.pieces).toEqual(['abc'])
  expect(told).toEqual([])
  stream.writeNext()
  expect(told).toEqual(['a', 'b', 'c'])
})

test('much leaves at once, and a stream that is busy is given no more than a few pieces', async () => {
  const stream = steeredStream()
  gatherWrites(stream)
  const much = 'x'.repeat(64 * 1024)
  for (let i = 0; i < 12; i++) stream.write(bytesOf(much))
  expect(stream.pieces).toHaveLength(8)
  stream.write(bytesOf('end'))
  await tick()
  expect(stream.pieces).toHaveLength(8)
  stream.writeNext()
  expect(stream.pieces).toHaveLength(9)
  expect(stream.pieces[8]).toBe(`${much.repeat(4)}end`)
})

test('a piece is no longer than four megabytes, if none of what is in it is', async () => {
  const stream = steeredStream()
  gatherWrites(stream)
  const megabyte = 'x'.repeat(1024 * 1024)
  for (let i = 0; i < 8; i++) stream.write(bytesOf('x'.repeat(64 * 1024)))
  for (let i = 0; i < 6; i++) stream.write(bytesOf(megabyte))
  stream.writeNext()
  stream.writeNext()
  expect(stream.pieces.slice(8).map(({ length }) => length / 1024 / 1024)).toEqual([4, 2])
})

test('what no one waits for leaves with what comes next, or after a turn of the event loop', async () => {
  const stream = steeredStream()
  const gathered = gatherWrites(stream)
  gathered.inNoHurry(() => stream.write(bytesOf('end')))
  await tick()
  expect(stream.pieces).toEqual([])
  stream.write(bytesOf('begin'))
  await tick()
  expect(stream.pieces).toEqual(['endbegin'])
  gathered.inNoHurry(() => stream.write(bytesOf('end')))
  await new Promise((resolve) => setImmediate(resolve))
  expect(stream.pieces).toEqual(['endbegin', 'end'])
})
