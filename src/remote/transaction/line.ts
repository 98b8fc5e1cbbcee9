/** What a transaction sends over its wire. */
import { commit, rollback } from '../sql/transaction-statements.ts'
import type { Problem } from '../wire/problem.ts'
import type { Row, Statement, Value } from '../wire/statement.ts'
import type { Wire } from '../wire/wire.ts'

/** How many bytes may be on their way before their answers. */
const mostBytesOnTheWay = 16 * 1024 * 1024

/** For how long what was sent before a rollback may still take: longer than what waits for no one takes to be answered. */
const patienceMs = 100

/** A wire for the length of a transaction. The first statement that fails ends it for all. */
export class Line {
  readonly wire: Wire
  /** Told the first failure, and nothing after that. */
  readonly #failed: (problem: Problem) => void
  #isOver = false
  #bytesOnTheWay = 0

  constructor(wire: Wire, failed: (problem: Problem) => void) {
    this.wire = wire
    this.#failed = failed
  }

  /** Whether there is enough on its way that more should wait. */
  get isFull(): boolean {
    return this.#bytesOnTheWay >= mostBytesOnTheWay
  }

  /**
   * `done` is called with the rows, in the order of the statements; not after a failure, nor after `leave()`. `row`: is called with each
   * of them while they come, and `done` with none.
   */
  send(
    statement: Statement,
    values: readonly Value[] = [],
    done: (rows: readonly Row[], command: string, hasWarned: boolean) => void = () => {},
    row?: (row: Row) => void,
  ): void {
    if (this.#isOver) return
    const sizeBytes = sizeOf(values)
    this.#bytesOnTheWay += sizeBytes
    this.wire.send(statement, values, {
      done: (...result) => {
        this.#bytesOnTheWay -= sizeBytes
        if (!this.#isOver) done(...result)
      },
      failed: (problem) => this.fail(problem),
      ...(row && {
        row: (it: Row) => {
          if (!this.#isOver) row(it)
        },
      }),
    })
  }

  /** What the server has answered is of no use: all fails. */
  fail(problem: Problem): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failed(problem)
  }

  /** Nothing more is heard of what was sent. */
  leave(): void {
    this.#isOver = true
  }

  /** Ends what has only read; no one waits for it. */
  end(): void {
    this.leave()
    this.wire.sendLater(commit, { done() {}, failed: () => this.wire.cutOff() })
  }

  /** Reverts what was done; the wire is of use again when it is idle. */
  rollback(): void {
    this.leave()
    if (this.wire.isLost) return
    // What is under way may wait for the locks of others, for any length of time.
    const timer = setTimeout(() => void this.wire.cancel(), patienceMs)
    const answered = (): void => clearTimeout(timer)
    const failed = (): void => {
      answered()
      this.wire.cutOff()
    }
    this.wire.send(rollback, [], { done: answered, failed })
  }
}

function sizeOf(values: readonly Value[]): number {
  let sizeBytes = 0
  for (const value of values) {
    if (value instanceof Uint8Array) sizeBytes += value.length
    else if (Array.isArray(value)) sizeBytes += sizeOf(value)
  }
  return sizeBytes
}
