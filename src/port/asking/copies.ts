/** The copies of databases that a realm has asked an owner for. */
import type { Failure } from '../../errors.ts'
import type { CopyListener, HostCopy } from '../../protocol/protocol.ts'
import { demand } from '../malformed.ts'
import type { Answer, Call } from '../messages.ts'

/** What they need of their host. */
interface CopyCaller {
  nextId(): number
  call(call: Call): void
  /** Counts an answer that is awaited. */
  await(count: number): void
}

type CopyAnswer = Extract<Answer, { type: 'copyBegun' | 'piece' | 'copyEnded' }>

/** Those that are not over, by their ids. */
export class AskedCopies {
  readonly #caller: CopyCaller
  readonly #copies = new Map<number, AskedCopy>()

  constructor(caller: CopyCaller) {
    this.#caller = caller
  }

  /** Asks for one. `connection`: its id. */
  begin(connection: number, listener: CopyListener): HostCopy {
    const caller = this.#caller
    const id = caller.nextId()
    const copy = new AskedCopy(caller, { id, listener, over: () => this.#copies.delete(id) })
    this.#copies.set(id, copy)
    copy.awaitAnswer()
    caller.call({ type: 'copy', id, connection })
    return copy
  }

  /** Whether the answer was for one. Those for one that is over are on their way for a while; they are dropped. */
  received(answer: Answer): boolean {
    const copy = this.#copies.get(answer.id)
    if (answer.type === 'requestFailed') copy?.fail(answer.failure)
    else if (isOfCopy(answer)) copy?.received(answer)
    else return false
    return copy !== undefined || answer.type !== 'requestFailed'
  }

  failAll(reason: Failure): void {
    for (const copy of this.#copies.values()) copy.fail(reason)
  }
}

function isOfCopy(answer: Answer): answer is CopyAnswer {
  return answer.type === 'copyBegun' || answer.type === 'piece' || answer.type === 'copyEnded'
}

interface AskedCopyOptions {
  readonly id: number
  readonly listener: CopyListener
  readonly over: () => void
}

class AskedCopy implements HostCopy {
  readonly #caller: CopyCaller
  readonly #options: AskedCopyOptions
  #hasBegun = false
  #isPieceAwaited = false
  #awaitedCount = 0
  #isOver = false

  constructor(caller: CopyCaller, options: AskedCopyOptions) {
    this.#caller = caller
    this.#options = options
  }

  next(): void {
    if (this.#isOver || this.#isPieceAwaited) return
    this.#isPieceAwaited = true
    this.awaitAnswer()
    this.#caller.call({ type: 'nextPiece', id: this.#options.id })
  }

  cancel(): void {
    if (this.#isOver) return
    this.#end()
    this.#caller.call({ type: 'endCopy', id: this.#options.id })
  }

  awaitAnswer(): void {
    this.#awaitedCount++
    this.#caller.await(1)
  }

  received(answer: CopyAnswer): void {
    const { listener } = this.#options
    if (answer.type === 'copyBegun') {
      demand(!this.#hasBegun, 'begins a copy twice')
      this.#hasBegun = true
      this.#answered()
      return listener.began(answer.sizeBytes)
    }
    demand(this.#hasBegun && this.#isPieceAwaited, 'has a piece that was not asked for')
    this.#isPieceAwaited = false
    this.#answered()
    if (answer.type === 'piece') return listener.piece(answer.bytes)
    this.#end()
    listener.ended()
  }

  fail(reason: Failure): void {
    if (this.#isOver) return
    this.#end()
    this.#options.listener.failed(reason)
  }

  #answered(): void {
    this.#awaitedCount--
    this.#caller.await(-1)
  }

  #end(): void {
    this.#isOver = true
    this.#caller.await(-this.#awaitedCount)
    this.#awaitedCount = 0
    this.#options.over()
  }
}
