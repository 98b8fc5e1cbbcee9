/**
 * An export on its way into a database: its lines, in a database of their own. It is filled a piece at a time, so that an import
 * that was interrupted goes on where it ended, and the database itself is made in one transaction at the end.
 */
import type { IDBDatabase, IDBFactory, IDBObjectStore } from '../api/global/interfaces.ts'
import { cutFile } from './header.ts'
import type { Lines } from './lines.ts'
import { resultOf } from '../requests/result-of.ts'

/** A few lines. */
interface StagedPiece {
  readonly text: string
  /** How many lines there are up to its end, and bytes of the file. */
  readonly lineCount: number
  readonly bytes: number
}

const storeName = 'pieces'
/** As large a piece is kept at once. */
const pieceLength = 128 * 1024

/** The name of the database in which the lines of an import wait. */
export function stagingName(name: string): string {
  return `${name} (import)`
}

/** A place for the lines. */
export interface Staging {
  /** Takes all lines of the file that are not there yet. `signal`: stops it; what is there stays. */
  fill(first: Lines, others: AsyncGenerator<Lines>, options: FillOptions): Promise<void>
  /** All lines, in order. */
  lines(): AsyncGenerator<Lines>
  /** Leaves it as it is, for another time. */
  leave(): void
  /** Removes it. */
  remove(): Promise<void>
}

interface FillOptions {
  readonly signal: AbortSignal | undefined
  readonly staged: (lineCount: number, bytes: number) => void
}

/** `resume`: goes on with what is there; else that is given up. */
export async function openStaging(
  factory: IDBFactory,
  name: string,
  { resume }: { resume: boolean },
): Promise<Staging> {
  if (!resume) await resultOf(factory.deleteDatabase(name))
  const request = factory.open(name, 1)
  request.onupgradeneeded = () =>
    void request.result.createObjectStore(storeName, { autoIncrement: true })
  const database = await resultOf(request)
  return {
    fill: (first, others, options) => fill(database, first, others, options),
    lines: () => readPieces(database),
    leave: () => database.close(),
    async remove() {
      database.close()
      await resultOf(factory.deleteDatabase(name))
    },
  }
}

/** Puts lines by, a piece at a time. */
class StagingWriter {
  readonly #database: IDBDatabase
  readonly #options: FillOptions
  /** How many lines are there already. */
  readonly #known: number
  #lineCount = 0
  #lines: string[] = []
  #length = 0
  #hasEnded = false

  constructor(database: IDBDatabase, known: number, options: FillOptions) {
    this.#database = database
    this.#known = known
    this.#options = options
  }

  async take({ lines, bytes }: Lines): Promise<void> {
    for (const line of lines) {
      this.#lineCount++
      this.#hasEnded ||= line.startsWith('{"end":true')
      if (this.#lineCount <= this.#known) continue
      this.#lines.push(line)
      this.#length += line.length
      if (this.#length >= pieceLength) await this.keep(bytes)
    }
  }

  /** Keeps what has not been kept. */
  async keep(bytes: number): Promise<void> {
    if (this.#lines.length === 0) return
    const piece = { text: this.#lines.join('\n'), lineCount: this.#lineCount, bytes }
    this.#lines = []
    this.#length = 0
    await keepPiece(this.#database, piece)
    this.#options.staged(piece.lineCount, bytes)
    this.#options.signal?.throwIfAborted()
  }

  /** @throws DataError if the last line has not come */
  checkEnd(): void {
    if (!this.#hasEnded) throw cutFile(this.#lineCount)
  }
}

async function fill(
  database: IDBDatabase,
  first: Lines,
  others: AsyncGenerator<Lines>,
  options: FillOptions,
): Promise<void> {
  const known = await knownLines(database, first.lines[0] ?? '')
  const writer = new StagingWriter(database, known, options)
  let { bytes } = first
  await writer.take(first)
  for await (const piece of others) {
    options.signal?.throwIfAborted()
    // What the end of the file has cut is fetched again.
    if (!piece.isCut) await writer.take(piece)
    bytes = piece.bytes
  }
  await writer.keep(bytes)
  writer.checkEnd()
}

/** How many lines of the file are there. Those of another file are removed: each export has another first line. */
async function knownLines(database: IDBDatabase, header: string): Promise<number> {
  const store = database.transaction(storeName).objectStore(storeName)
  const [first, last] = await Promise.all([
    resultOf(store.openCursor()),
    resultOf(store.openCursor(null, 'prev')),
  ])
  if (!first || !last) return 0
  // Nothing else is kept there.
  const [begin, end] = [first.value as StagedPiece, last.value as StagedPiece]
  if (begin.text.split('\n', 1)[0] === header) return end.lineCount
  await resultOf(database.transaction(storeName, 'readwrite').objectStore(storeName).clear())
  return 0
}

async function keepPiece(database: IDBDatabase, piece: StagedPiece): Promise<void> {
  const transaction = database.transaction(storeName, 'readwrite')
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
  transaction.objectStore(storeName).add(piece)
  await ended
}

/** Their keys are numbers without a gap, from wherever the generator was when the first was put by. */
async function* readPieces(database: IDBDatabase): AsyncGenerator<Lines> {
  const store = (): IDBObjectStore => database.transaction(storeName).objectStore(storeName)
  const first = await resultOf(store().openKeyCursor())
  for (let key = Number(first?.key ?? 0); ; key++) {
    const piece = (await resultOf(store().get(key))) as StagedPiece | undefined // nothing else is there
    if (!piece) return
    yield { lines: piece.text.split('\n'), bytes: piece.bytes }
  }
}
