/** A realm's wish that a transaction be committed, what owners were asked for it, and the mark by which it is settled. */
import type { CommitMark, HostTransaction } from '../../../protocol/protocol.ts'
import type { CommitMarks } from '../commit-marks.ts'

/** The wish, and what has been done about it. */
interface Wish {
  readonly failuresSeen: number
  readonly isOffered: boolean
  isSent: boolean
  isSentNow: boolean
}

export class CommitWish {
  readonly #marks: CommitMarks
  /** null: there is none. */
  #wish: Wish | null = null
  /** It outlives a wish that an owner has declined; null: none was needed. */
  #mark: CommitMark | null = null

  constructor(marks: CommitMarks) {
    this.#marks = marks
  }

  get isWished(): boolean {
    return this.#wish !== null
  }

  /** Whether it is wished for only if nothing comes between. */
  get isOffered(): boolean {
    return this.#wish?.isOffered ?? false
  }

  /** Whether an owner was asked, which may have made it. */
  get isSent(): boolean {
    return this.#wish?.isSent ?? false
  }

  /** Whether an owner is still to be asked, or the next one. */
  get isToBeSent(): boolean {
    return this.#wish?.isSentNow === false
  }

  /** null: none that an owner was asked for is on its way, or it has no mark. */
  get markInFlight(): CommitMark | null {
    return this.isSent ? this.#mark : null
  }

  /** Gives it a mark, unless it has one. */
  takeMark(): CommitMark {
    return (this.#mark ??= this.#marks.take())
  }

  wish(failuresSeen: number, { isOffered }: { isOffered: boolean }): void {
    this.#wish = { failuresSeen, isOffered, isSent: false, isSentNow: false }
  }

  withdraw(): void {
    this.#wish = null
  }

  /** Another owner has the transaction. */
  ownerChanged(): void {
    if (this.#wish) this.#wish.isSentNow = false
  }

  /** It is noted: from now on an owner may make it by executing the note. */
  kept(): void {
    if (this.#wish) this.#wish.isSent = true
  }

  /** Asks an owner, with the mark that it has by then, if any. */
  send(host: HostTransaction): void {
    const wish = this.#wish
    if (!wish) throw new Error('unreachable: a commit is sent that is not wished for')
    wish.isSent = true
    wish.isSentNow = true
    const mark = this.#mark ?? undefined
    if (wish.isOffered) host.offerCommit(wish.failuresSeen, mark)
    else host.commit(wish.failuresSeen, mark)
  }

  /** The transaction is over. */
  end(): void {
    const mark = this.#mark
    this.#mark = null
    if (mark) this.#marks.free(mark)
  }
}
