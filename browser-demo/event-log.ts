/**
 * Hears every event of a session without a word in the script: success does not bubble, but on its way down to a request
 * it passes the connection, where a capturing listener sees it.
 */
import { describe } from './describe.ts'

/** An event, as the timeline and the comparison show it. */
export interface LoggedEvent {
  /** Since the session began. */
  readonly atMs: number
  readonly type: string
  /** At what it fired and what that gave, in words; the same words for the same event on any implementation. */
  readonly about: string
}

/** Every type that can fire, in the order of a database's life. */
export const eventTypes = [
  'blocked',
  'upgradeneeded',
  'versionchange',
  'success',
  'error',
  'complete',
  'abort',
] as const

/** The events of one session. */
export class EventLog {
  readonly #startMs = performance.now()
  readonly #entries: { atMs: number; type: string; about: () => string }[] = []
  /** An event that passes two listeners is one event. */
  readonly #seen = new WeakSet<Event>()

  /** Milliseconds since the session began. */
  elapsedMs(): number {
    return performance.now() - this.#startMs
  }

  observeOpen(request: IDBOpenDBRequest, asked: string): void {
    for (const type of ['upgradeneeded', 'blocked', 'success', 'error']) {
      request.addEventListener(type, (event) => {
        const versions = versionsOf(event)
        this.#add(event, () => `${asked}${versions}`)
        if (type === 'upgradeneeded') this.observe(request.result)
      })
    }
  }

  /** Listens at a connection; once is enough, however often it is called. */
  observe(connection: IDBDatabase): void {
    for (const type of eventTypes) connection.addEventListener(type, this.#listener, true)
  }

  /** What was heard so far, in words. */
  entries(): LoggedEvent[] {
    return this.#entries.map(({ atMs, type, about }) => ({ atMs, type, about: about() }))
  }

  readonly #listener = (event: Event): void => {
    const { target } = event
    if (target === null) throw new Error('unreachable: an event without a target was heard')
    if (isOpenRequest(target)) return
    this.#add(event, aboutTarget(event, target))
  }

  #add(event: Event, about: () => string): void {
    const atMs = this.elapsedMs()
    if (this.#seen.has(event)) return
    this.#seen.add(event)
    this.#entries.push({ atMs, type: event.type, about })
  }
}

/** Words are made when somebody reads: the log must not slow down what it times. */
function aboutTarget(event: Event, target: EventTarget): () => string {
  // What fires at a connection or below it is one of three, told apart by their members: the classes differ by implementation.
  if ('objectStoreNames' in target && 'mode' in target) {
    const { mode, objectStoreNames, error } = target as IDBTransaction
    const why = event.type === 'abort' ? ` · ${error?.name ?? 'abort() was called'}` : ''
    return () => `${mode} transaction on ${[...objectStoreNames].join(', ') || 'nothing'}${why}`
  }
  if (!('readyState' in target)) return () => `connection${versionsOf(event)}`
  return aboutRequest(target as IDBRequest)
}

function aboutRequest(request: IDBRequest): () => string {
  const source = `request on ${sourceOf(request)}`
  if (request.error) {
    const { name } = request.error
    return () => `${source} · ${name}`
  }
  const result: unknown = request.result
  // A cursor is the same object every time: its place is read now.
  const shown = isCursor(result) ? { key: result.key, primaryKey: result.primaryKey } : result
  return () => `${source} · ${describe(shown)}`
}

function sourceOf({ source }: IDBRequest): string {
  if (source === null) return 'the factory'
  if (!('name' in source)) return sourceName(source.source)
  return sourceName(source)
}

function sourceName(source: IDBObjectStore | IDBIndex): string {
  return 'objectStore' in source ? `${source.objectStore.name}.${source.name}` : source.name
}

function versionsOf(event: Event): string {
  if (!('oldVersion' in event && 'newVersion' in event)) return ''
  return ` · version ${event.oldVersion} to ${event.newVersion ?? 'none'}`
}

function isOpenRequest(target: EventTarget): boolean {
  return 'onupgradeneeded' in target
}

function isCursor(value: unknown): value is IDBCursor {
  return typeof value === 'object' && value !== null && 'continuePrimaryKey' in value
}
