/** Counts that wait: what a person looks at comes first, and what takes long to count is seldom counted again. */
import type { CountRequest, Source } from '../source/source.ts'

/** What has taken a second to count rests for five. */
const restFactor = 5

/**
 * The same source, whose `count` is asked once for the same request until something has changed, and one at a time. What has not been counted
 * when a watch ends is given up: the view is closed then.
 */
export function withPatientCounts(source: Source): Source {
  const counts = new Counts(source)
  const first = async <Result>(work: Promise<Result>): Promise<Result> => counts.after(work)
  return {
    ...source,
    databases: () => first(source.databases()),
    schema: (database) => first(source.schema(database)),
    page: (request) => first(source.page(request)),
    record: (place) => first(source.record(place)),
    count: (request) => counts.count(request),
    watch(listener) {
      const end = source.watch(() => {
        counts.changed()
        listener()
      })
      return () => {
        end()
        counts.giveUp()
      }
    },
  }
}

interface Known {
  readonly count: number
  readonly tookMs: number
  readonly endMs: number
  isStale: boolean
}

interface Turn {
  readonly key: string
  readonly request: CountRequest
  /** When it may be taken. */
  readonly timer: ReturnType<typeof setTimeout>
  readonly resolve: (count: number) => void
  readonly reject: (error: unknown) => void
}

class Counts {
  readonly #source: Source
  readonly #known = new Map<string, Known>()
  /** Those whose time has not come. */
  readonly #resting = new Set<Turn>()
  /** The last is the next: it is what has come into sight last. */
  readonly #turns: Turn[] = []
  readonly #answers = new Map<string, Promise<number>>()
  /** How many answers a person waits for. */
  #awaited = 0
  #isCounting = false
  /** How often something has changed. */
  #changes = 0

  constructor(source: Source) {
    this.#source = source
  }

  /** Something may have changed. */
  changed(): void {
    this.#changes++
    for (const known of this.#known.values()) known.isStale = true
  }

  /** Nothing is counted before `work` is done. */
  async after<Result>(work: Promise<Result>): Promise<Result> {
    this.#awaited++
    try {
      return await work
    } finally {
      this.#awaited--
      this.#goOn()
    }
  }

  async count(request: CountRequest): Promise<number> {
    const key = JSON.stringify(request)
    const known = this.#known.get(key)
    if (known && !known.isStale) return known.count
    const asked = this.#answers.get(key)
    if (asked) return asked
    const answer = this.#turnOf(key, request, known)
    this.#answers.set(key, answer)
    return answer
  }

  #turnOf(key: string, request: CountRequest, known: Known | undefined): Promise<number> {
    const restMs = known ? known.endMs + restFactor * known.tookMs - performance.now() : 0
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        this.#resting.delete(turn)
        this.#turns.push(turn)
        this.#goOn()
      }
      const timer = setTimeout(begin, Math.max(0, restMs))
      const turn: Turn = { key, request, timer, resolve, reject }
      this.#resting.add(turn)
    })
  }

  /** Counts nothing of what waits. */
  giveUp(): void {
    const waiting = [...this.#resting, ...this.#turns.splice(0)]
    this.#resting.clear()
    for (const { key, timer, reject } of waiting) {
      clearTimeout(timer)
      this.#answers.delete(key)
      reject(new Error('The view is closed'))
    }
  }

  #goOn(): void {
    if (this.#isCounting || this.#awaited > 0) return
    const turn = this.#turns.pop()
    if (turn) void this.#take(turn)
  }

  async #take({ key, request, resolve, reject }: Turn): Promise<void> {
    this.#isCounting = true
    // Who asks from now on may want to know of changes that this count does not see.
    this.#answers.delete(key)
    await this.#countOnce(key, request).then(resolve, reject)
    this.#isCounting = false
    this.#goOn()
  }

  async #countOnce(key: string, request: CountRequest): Promise<number> {
    const known = this.#known.get(key)
    if (known && !known.isStale) return known.count
    const [changes, startMs] = [this.#changes, performance.now()]
    const count = await this.#source.count(request)
    const endMs = performance.now()
    const isStale = changes !== this.#changes
    this.#known.set(key, { count, tookMs: endMs - startMs, endMs, isStale })
    return count
  }
}
