import { TextDecoder, TextEncoder } from '../base/text-coders.ts'

/** Text as bytes, piece by piece. When no more is asked for the text is given up. */
export async function* bytesOf(text: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const piece of text) yield encoder.encode(piece)
}

/** Pieces as a stream, made as they are asked for. When the stream is cancelled they are given up. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel(reason) {
      await pieces.throw(reason).catch(() => undefined)
    },
  })
}

/**
 * What a stream gives, piece by piece; it is cancelled when no more is asked for. Where `signal` says so, it fails with its reason, also
 * while a piece is awaited.
 */
export async function* piecesOf<Piece>(
  stream: ReadableStream<Piece>,
  signal?: AbortSignal,
): AsyncGenerator<Piece> {
  const reader = stream.getReader()
  // The read that waits ends at once, even where the source never gives another piece.
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => undefined)
  signal?.addEventListener('abort', cancel)
  let isDone = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      signal?.throwIfAborted()
      isDone = done
      if (done) return
      yield value
    }
  } finally {
    signal?.removeEventListener('abort', cancel)
    if (!isDone && !signal?.aborted) await reader.cancel().catch(() => undefined)
    reader.releaseLock()
  }
}

/** The first bytes of what comes in pieces, 16 at least where there are so many, and all of it. */
export async function startOf(
  pieces: AsyncGenerator<Uint8Array>,
): Promise<{ start: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const first: Uint8Array[] = []
  let length = 0
  while (length < 16) {
    const { done, value } = await pieces.next()
    if (done) break
    first.push(value)
    length += value.length
  }
  const start = new Uint8Array(length)
  let at = 0
  for (const it of first) {
    start.set(it, at)
    at += it.length
  }
  return { start, all: withFirst(start, pieces) }
}

async function* withFirst(
  first: Uint8Array,
  others: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first
  yield* others
}

/** Lines that came together, and how many bytes the stream has given so far. */
export interface Lines {
  readonly lines: readonly string[]
  readonly bytes: number
  /** The end of the last line has not come with the stream's. */
  readonly isCut?: true
}

/** The lines of UTF-8. What stands after the last line's end is a line too. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Lines> {
  const decoder = new TextDecoder()
  /** The parts of a line whose end has not come. */
  let begun: string[] = []
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.byteLength
    const [first = '', ...others] = decoder.decode(piece, { stream: true }).split('\n')
    begun.push(first)
    if (others.length === 0) continue
    const last = others.pop() ?? ''
    const lines = [begun.join(''), ...others]
    begun = [last]
    yield { lines, bytes }
  }
  const rest = begun.join('') + decoder.decode()
  if (rest !== '')
    yield isWhole(rest) ? { lines: [rest], bytes } : { lines: [rest], bytes, isCut: true }
}

function isWhole(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    // The answer, not a failure.
    return false
  }
}
