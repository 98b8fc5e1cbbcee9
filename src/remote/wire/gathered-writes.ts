/** Has what is sent in one go leave together: each piece is a call of the system, and wakes the server. */
import { Fifo } from '../../base/fifo.ts'
import { queueImmediate, queueTick } from '../../base/node-callbacks.ts'
import { append } from '../../base/own-property.ts'

/** What is written to. */
export interface WrittenStream {
  write(bytes: Uint8Array, written?: (error?: Error | null) => void): boolean
}

const soon = { tick: queueTick ?? queueMicrotask, turn: queueImmediate ?? setTimeout }

/** From this size on what was gathered is sent, so that the server can begin with it. */
const mostBytesGathered = 64 * 1024

/** How much leaves in one piece, which is a copy. */
const mostBytesTogether = 4 * 1024 * 1024

/** How many pieces a stream is given before it has written one: it would keep them in an array, where a prototype may have a setter. */
const mostUnderWay = 8

interface Piece {
  readonly bytes: Uint8Array
  readonly written: ((error?: Error | null) => void) | undefined
}

/** From now on what is written to `stream` within a task leaves at its end. */
export function gatherWrites(stream: WrittenStream): GatheredWrites {
  const write = stream.write.bind(stream)
  const gathered = new GatheredWrites({ write })
  stream.write = (bytes, written) => {
    gathered.add({ bytes, written })
    return true
  }
  return gathered
}

/** What is to be written to a stream. */
export class GatheredWrites {
  readonly #stream: WrittenStream
  readonly #waiting = new Fifo<Piece>()
  /** How many bytes came since the last were given to the stream. */
  #sizeBytes = 0
  #underWay = 0
  #isQueued = false
  #isInNoHurry = false

  constructor(stream: WrittenStream) {
    this.#stream = stream
  }

  /** What `work` writes leaves with what comes next, or after a turn of the event loop. */
  inNoHurry(work: () => void): void {
    this.#isInNoHurry = true
    try {
      work()
    } finally {
      this.#isInNoHurry = false
    }
  }

  add(piece: Piece): void {
    this.#waiting.push(piece)
    this.#sizeBytes += piece.bytes.length
    if (this.#sizeBytes >= mostBytesGathered) this.#write()
    else if (this.#isInNoHurry) soon.turn(() => this.#write())
    else if (!this.#isQueued) this.#writeSoon()
  }

  /** Once all microtasks have run: in one of them the next transaction takes the connection over. */
  #writeSoon(): void {
    this.#isQueued = true
    soon.tick(() => {
      this.#isQueued = false
      this.#write()
    })
  }

  #write(): void {
    this.#sizeBytes = 0
    while (this.#waiting.length > 0 && this.#underWay < mostUnderWay)
      this.#writeTogether(this.#next())
  }

  #writeTogether(pieces: readonly Piece[]): void {
    this.#underWay++
    const [first] = pieces
    const bytes =
      pieces.length === 1 && first ? first.bytes : Buffer.concat(pieces.map((it) => it.bytes))
    this.#stream.write(bytes, (error) => {
      this.#underWay--
      for (const { written } of pieces) written?.(error)
      this.#write()
    })
  }

  #next(): readonly Piece[] {
    const pieces: Piece[] = []
    let sizeBytes = 0
    for (let next = this.#waiting.first(); next; next = this.#waiting.first()) {
      sizeBytes += next.bytes.length
      if (pieces.length > 0 && sizeBytes > mostBytesTogether) break
      append(pieces, next)
      this.#waiting.shift()
    }
    return pieces
  }
}
