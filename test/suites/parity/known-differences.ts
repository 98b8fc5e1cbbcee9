/**
 * Where both browsers agree with each other and not with the specification, and ours follows the specification. Every
 * entry says why; what no entry explains is a failure.
 */
import { committed } from './operations.ts'

export interface KnownDifference {
  readonly title: string
  readonly reason: string
  /** Whether it explains a pair of lines, after those that came before in the stream. */
  explains(native: string, ours: string, before: readonly string[]): boolean
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    title: 'objectStore() after commit()',
    reason:
      'The specification refuses objectStore() with InvalidStateError when the transaction is finished; one that commits is not yet. Both browsers refuse from commit() on.',
    explains: (native, ours, before) =>
      before.includes(committed) &&
      native.endsWith('throws InvalidStateError') &&
      / throws [A-Za-z]+Error$/.test(ours),
  },
  {
    title: 'a request that fails after commit()',
    reason:
      'By the specification its failure aborts the committing transaction (step 5.3 of executing a request), and it fails with AbortError as all requests of an aborted transaction do. Both browsers give it its own error.',
    explains: (native, ours, before) =>
      before.includes(committed) &&
      native.endsWith('ConstraintError') &&
      ours === native.replace(/ConstraintError$/, 'AbortError'),
  },
  {
    title: 'add() and put() of a value that cannot be cloned under null',
    reason:
      'The specification converts the key first, and null is none: DataError. Chromium clones first, Firefox takes null for no key at all; both throw what cloning throws.',
    explains: (native, ours) =>
      /\.(add|put) throws (RangeError|DataCloneError)$/.test(native) &&
      ours === native.replace(/[A-Za-z]+$/, 'DataError'),
  },
]

/**
 * Questions that programs do not ask since the answer is known to differ; the interpreter sees to it. A list for readers.
 *
 * @public
 */
export const avoidedQuestions: readonly Omit<KnownDifference, 'explains'>[] = [
  {
    title: 'IDBKeyRange.bound() of one key twice, open',
    reason:
      'The specification refuses a lower bound greater than the upper one only, so that this is an empty range. Both browsers throw DataError.',
  },
  {
    title: '-0 as a key',
    reason:
      'Firefox gives 0 back; Chromium gives -0 back, as a key converted to a value and back is the same number.',
  },
  {
    title: 'versionchange that some connections close for and others do not',
    reason:
      'The specification has blocked fire once all versionchange events have. Firefox does not fire it when the last of several connections has closed itself, and the request waits.',
  },
  {
    title: 'close at a connection whose upgrade was aborted',
    reason:
      'The specification fires close when a connection is closed by something abnormal. Firefox fires it when the listener of upgradeneeded throws.',
  },
  {
    title: 'undefined where the key path of a store with a key generator leads',
    reason:
      'Evaluating the key path fails by the specification, as if the property were missing, and a key is generated. Both browsers throw DataError.',
  },
]
