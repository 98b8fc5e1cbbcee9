/**
 * Events in words, the same for the same event on any implementation. Targets are told apart by their members: their
 * classes differ by implementation.
 */
import { describe } from './describe.ts'

/** Whether an event fired at a transaction. */
export function isTransaction(target: EventTarget): target is IDBTransaction {
  return 'objectStoreNames' in target && 'mode' in target
}

/** Whether it fired at a request. */
export function isRequest(target: EventTarget): target is IDBRequest {
  return 'readyState' in target
}

/** Whether it fired at a request to open or delete a database. */
export function isOpenRequest(target: EventTarget): boolean {
  return 'onupgradeneeded' in target
}

/**
 * What an event fired at and what that gave. All that may change is read now; the words are made when they are asked
 * for, as the log must not slow down what it times.
 */
export function aboutTarget(event: Event, target: EventTarget): () => string {
  if (isTransaction(target)) return aboutTransaction(event, target)
  if (isRequest(target)) return aboutRequest(target)
  const versions = versionsOf(event)
  return () => `connection${versions}`
}

/** The versions that an event tells of; nothing when it does not. */
export function versionsOf(event: Event): string {
  if (!('oldVersion' in event && 'newVersion' in event)) return ''
  return ` · version ${event.oldVersion} to ${event.newVersion ?? 'none'}`
}

function aboutTransaction(
  { type }: Event,
  { mode, objectStoreNames, error }: IDBTransaction,
): () => string {
  const scope = [...objectStoreNames].join(', ') || 'nothing'
  const why = type === 'abort' ? ` · ${error?.name ?? 'abort() was called'}` : ''
  return () => `${mode} transaction on ${scope}${why}`
}

function aboutRequest(request: IDBRequest): () => string {
  const source = `request on ${sourceOf(request)}`
  if (request.error) {
    const { name } = request.error
    return () => `${source} · ${name}`
  }
  const result: unknown = request.result
  // A cursor is the same object every time.
  const shown = isCursor(result) ? { key: result.key, primaryKey: result.primaryKey } : result
  return () => `${source} · ${describe(shown)}`
}

function sourceOf({ source }: IDBRequest): string {
  if (source === null) throw new Error('unreachable: a request below a connection has a source')
  if (!('name' in source)) return sourceName(source.source)
  return sourceName(source)
}

function sourceName(source: IDBObjectStore | IDBIndex): string {
  return 'objectStore' in source ? `${source.objectStore.name}.${source.name}` : source.name
}

function isCursor(value: unknown): value is IDBCursor {
  return typeof value === 'object' && value !== null && 'continuePrimaryKey' in value
}
