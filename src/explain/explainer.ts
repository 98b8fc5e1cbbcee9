/**
 * Explains what a transaction has been through: where it was created, where it was last asked something, how it ended. Exists only
 * where the option `explain` is on: everything else asks for it with `?.`.
 */
import { domException, type IDBErrorFacts } from '../errors.ts'
import { now, queueIdleTimer } from '../event-loop/turn.ts'
import { type Place, placeHere } from './place.ts'

/** What is explained. */
export interface ExplainSettings {
  /** How long a transaction may be alive before it is reported, in milliseconds; Infinity: it never is. */
  readonly slowTransactionMs: number
}

/** A transaction as it is named. */
export interface Subject {
  readonly title: string
  readonly facts: Pick<IDBErrorFacts, 'database' | 'stores'>
}

/** What a factory explains. */
export class Explainer {
  readonly settings: ExplainSettings
  readonly #warn: (warning: Error) => void
  /** Those alive and not reported, oldest first. */
  readonly #traces = new Set<Trace>()
  #isWatching = false

  constructor(settings: ExplainSettings, warn: (warning: Error) => void) {
    this.settings = settings
    this.#warn = warn
  }

  /** Follows a transaction that is created now. `created`: where the program has asked for it. */
  follow(subject: () => Subject, created: Place): Trace {
    const trace = new Trace({ subject, created }, (ended) => this.#traces.delete(ended))
    if (this.settings.slowTransactionMs === Infinity) return trace
    this.#traces.add(trace)
    if (!this.#isWatching) this.#watch(this.settings.slowTransactionMs)
    return trace
  }

  #watch(ms: number): void {
    this.#isWatching = true
    queueIdleTimer(() => this.#look(), Math.max(ms, 1))
  }

  /** Reports those that have been alive too long, and looks again when the next may be. */
  #look(): void {
    this.#isWatching = false
    const { slowTransactionMs } = this.settings
    for (const trace of this.#traces) {
      const left = slowTransactionMs - trace.ageMs
      if (left > 0) return this.#watch(left)
      this.#traces.delete(trace)
      this.#warn(slowTransaction(trace))
    }
  }
}

/** A stack costs more than a request of many that are made at once, and those come from one place mostly. */
const mostInCrowd = 4

/** How a transaction ended: `committed`, or `aborted` and why. */
interface End {
  readonly how: string
  readonly at: number
}

/** The way of one transaction. */
export class Trace {
  readonly subject: () => Subject
  readonly #created: Place
  readonly #createdAt = now()
  readonly #forget: (trace: Trace) => void
  #lastRequest: Place | null = null
  /** Whether that is a step of an upgrade. */
  #isChangingSchema = false
  /** null while it is alive. */
  #end: End | null = null
  /** Of the call of `commit()` or `abort()`; null: there was none. */
  #calledAt: Place | null = null

  constructor(
    { subject, created }: { subject: () => Subject; created: Place },
    forget: (trace: Trace) => void,
  ) {
    this.subject = subject
    this.#created = created
    this.#forget = forget
  }

  get ageMs(): number {
    return now() - this.#createdAt
  }

  /**
   * A request is made of it, with as many before it that are not answered. Of a crowd the first ones stand for the rest. `known`: where,
   * if that need not be looked for. Gives where; null: that was not looked for.
   */
  asked(unanswered: number, known: Place | null = null): Place | null {
    const place = known ?? (unanswered <= mostInCrowd ? placeHere() : null)
    if (!place) return null
    this.#lastRequest = place
    this.#isChangingSchema = false
    return place
  }

  /** A step of an upgrade is made. The first of several stands for the rest, which come from one place mostly. */
  changesSchema(): void {
    if (!this.#isChangingSchema) this.#lastRequest = placeHere(5)
    this.#isChangingSchema = true
  }

  /** Script calls `commit()` or `abort()`. */
  endsByCall(): void {
    this.#calledAt = placeHere(3)
  }

  /** It is decided how it ends. */
  ended(how: 'committed' | 'aborted', error: DOMException | null = null): void {
    this.#forget(this)
    const why = error ? ` (${error.name}: ${error.message})` : ''
    this.#end = { how: how + why, at: now() }
  }

  /** What is known of it, as the end of a message. */
  story(): string {
    const { created, lastRequest } = this.facts()
    const parts = [`created at ${created ?? 'an unknown place'}`]
    parts.push(lastRequest ? `last asked at ${lastRequest}` : 'never asked for anything')
    if (this.#end) parts.push(this.#endStory(this.#end))
    return parts.join(', ')
  }

  /** How it ended, and when. */
  #endStory({ how, at }: End): string {
    const agoMs = Math.round(now() - at)
    const place = this.#calledAt?.text
    return `${how} ${agoMs} ms ago ${place ? `by a call at ${place}` : this.#byItself(how)}`
  }

  #byItself(how: string): string {
    if (how !== 'committed') return 'by itself'
    const when = this.#lastRequest
      ? 'when the last one had been answered'
      : 'when the turn of the event loop that created it was over'
    return `by itself, as no request was left ${when}`
  }

  /** The same as data. */
  facts(): Pick<IDBErrorFacts, 'created' | 'lastRequest'> {
    const [created, lastRequest] = [this.#created.text, this.#lastRequest?.text]
    return { ...(created && { created }), ...(lastRequest && { lastRequest }) }
  }
}

function slowTransaction(trace: Trace): DOMException {
  const { title, facts } = trace.subject()
  const seconds = (trace.ageMs / 1000).toFixed(1)
  const message = `${title} has been alive for ${seconds} s, and may keep others waiting; end it sooner, or raise explain.slowTransactionMs; it was ${trace.story()}`
  const known = { code: 'ERR_IDB_SLOW_TRANSACTION', ...facts, ...trace.facts() } as const
  return domException('UnknownError', message, known)
}
