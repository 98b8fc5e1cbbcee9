/** The memory in which writes are gathered. */
import { expect, test } from 'vitest'
import { GatheredWrites } from '../../../src/files/io/gathered-writes.ts'
import type { VfsFile } from '../../../src/files/vfs.ts'

const frame = new Uint8Array(4096).fill(7)

/** What was written, as it lay when it was. */
function recorder() {
  const writes: { readonly buffer: ArrayBufferLike; readonly byteCount: number }[] = []
  const write = (bytes: Uint8Array): void => {
    expect(bytes.every((byte) => byte === 7)).toBe(true)
    writes.push({ buffer: bytes.buffer, byteCount: bytes.length })
  }
  // Nothing else is called.
  return { writes, file: { write } as unknown as VfsFile }
}

function gather(gathered: GatheredWrites, frameCount: number): void {
  for (let i = 0; i < frameCount; i++) {
    expect(gathered.take(frame, i * frame.length)).toBe(true)
  }
}

/** Writes as a transaction does. */
function writeAll(gathered: GatheredWrites, frameCount: number) {
  const { writes, file } = recorder()
  gather(gathered, frameCount)
  gathered.flushTo(file)
  gathered.trim()
  return writes
}

test('the room of many writes serves the next that are many, of any file', () => {
  const [first, second] = [new GatheredWrites(), new GatheredWrites()]
  const [one] = writeAll(first, 100)
  const [other] = writeAll(second, 120)
  expect(one?.byteCount).toBe(100 * frame.length)
  expect(other?.byteCount).toBe(120 * frame.length)
  expect(other?.buffer).toBe(one?.buffer)
})

test('room that is in use serves no one else', () => {
  const [first, second] = [new GatheredWrites(), new GatheredWrites()]
  gather(first, 100)
  const [other] = writeAll(second, 100)
  const { writes, file } = recorder()
  first.flushTo(file)
  first.trim()
  expect(writes[0]?.buffer).not.toBe(other?.buffer)
})

test('few writes after many lie where they lay before', () => {
  const gathered = new GatheredWrites()
  const [before] = writeAll(gathered, 20)
  const [many] = writeAll(gathered, 100)
  const [after] = writeAll(gathered, 20)
  expect(many?.buffer).not.toBe(before?.buffer)
  expect(after?.buffer).toBe(before?.buffer)
})
