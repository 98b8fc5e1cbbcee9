/** The lines of an export, by way of a database of their own. */
import { cutFile, readHeader } from '../header.ts'
import type { Lines } from '../lines.ts'
import { readExport } from '../read-export.ts'
import type { FillOptions, Incoming } from './staged-import.ts'
import type { Staging } from './staging.ts'

/** As large a piece is kept at once. */
const pieceLength = 128 * 1024

/** What the lines are. @throws DataError where the first is none of an export */
export async function incomingLines(lines: AsyncGenerator<Lines>): Promise<Incoming<string>> {
  const first = await lines.next()
  if (first.done) throw cutFile(0)
  // Each export has another first line.
  const identity = first.value.lines[0] ?? ''
  return {
    description: readHeader(identity, first.value.isCut),
    identity,
    fill: (staging, options) => fill(staging, first.value, lines, options),
    async read(staging) {
      const { description, batches } = await readExport(linesOf(staging))
      return { description, batches: batches() }
    },
  }
}

async function* linesOf(staging: Staging<string>): AsyncGenerator<Lines> {
  for await (const { content, bytes } of staging.pieces())
    yield { lines: content.split('\n'), bytes }
}

/** Puts lines by, a piece at a time. */
class LineStager {
  readonly #staging: Staging<string>
  readonly #options: FillOptions
  #lineCount = 0
  #recordCount = 0
  #lines: string[] = []
  #length = 0
  #hasEnded = false

  constructor(staging: Staging<string>, options: FillOptions) {
    this.#staging = staging
    this.#options = options
  }

  async take({ lines, bytes }: Lines): Promise<void> {
    for (const line of lines) {
      this.#lineCount++
      const isLast = isEnd(line)
      this.#hasEnded ||= isLast
      // The first line is none of a record, nor is one without anything in it.
      if (this.#lineCount > 1 && !isLast && /\S/.test(line)) this.#recordCount++
      if (this.#lineCount <= this.#options.known) continue
      this.#lines.push(line)
      this.#length += line.length
      if (this.#length >= pieceLength) await this.keep(bytes)
    }
  }

  /** Keeps what has not been kept. */
  async keep(bytes: number): Promise<void> {
    if (this.#lines.length === 0) return
    const piece = { content: this.#lines.join('\n'), count: this.#lineCount, bytes }
    this.#lines = []
    this.#length = 0
    await this.#staging.keep(piece)
    this.#options.staged(this.#recordCount, bytes)
    this.#options.signal?.throwIfAborted()
  }

  /** @throws DataError if the last line has not come */
  checkEnd(): void {
    if (!this.#hasEnded) throw cutFile(this.#lineCount)
  }
}

/** Whether it is the last line, however it is spaced. */
function isEnd(line: string): boolean {
  if (!/"end"\s*:\s*true/.test(line)) return false
  try {
    return (JSON.parse(line) as { end?: unknown } | null)?.end === true
  } catch {
    // It is damaged, which is told when it is read.
    return false
  }
}

async function fill(
  staging: Staging<string>,
  first: Lines,
  others: AsyncGenerator<Lines>,
  options: FillOptions,
): Promise<void> {
  const stager = new LineStager(staging, options)
  let { bytes } = first
  await stager.take(first)
  for await (const piece of others) {
    options.signal?.throwIfAborted()
    // What the end of the file has cut is fetched again.
    if (!piece.isCut) await stager.take(piece)
    bytes = piece.bytes
  }
  await stager.keep(bytes)
  stager.checkEnd()
}
