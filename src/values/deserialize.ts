import { StorageError } from '../errors.ts'
import { corrupt } from './corrupt.ts'
import { formatVersion } from './format.ts'
import { absent, present, ReadState } from './read-state.ts'
import { readValue } from './read-value.ts'
import type { Serialized } from './serialized.ts'

/** Reading runs no script, so that one is enough. */
const state = new ReadState()

/**
 * The value that serialize() and readBlobs() made the bytes from `start` to `end` of. Nothing of it refers to `bytes`,
 * which may be a view of memory that changes. No script runs.
 * https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize
 *
 * @throws StorageError 'corrupt' if the bytes are no value, are a newer version's, or hold a type this runtime lacks
 */
export function deserialize(bytes: Uint8Array, start: number, end: number): unknown {
  return read(bytes, start, end, null)
}

/** The clone that serialize() has just made; its Blobs, whose bytes are not read yet, are the original's. */
export function deserializeClone({ bytes, blobs }: Pick<Serialized, 'bytes' | 'blobs'>): unknown {
  return read(bytes, 0, bytes.length, blobs)
}

/**
 * What the clone that serialize() has just made has as a property of that name; undefined if nothing. The root must be
 * `isComplete`: the other properties are not read.
 */
export function deserializeProperty({ bytes, root }: Serialized, name: string): unknown {
  const start = root.offsetOf(name)
  if (start < 0) return undefined
  try {
    state.open(bytes, start, bytes.length)
    const value = readValue(state, 1)
    return value === absent ? undefined : value
  } finally {
    state.close()
  }
}

function read(
  bytes: Uint8Array,
  start: number,
  end: number,
  pendingBlobs: readonly Blob[] | null,
): unknown {
  try {
    state.open(bytes, start, end)
    state.pendingBlobs = pendingBlobs
    checkVersion(state.reader.byte())
    const value = present(readValue(state, 0))
    if (state.reader.offset !== (state.sectionStart ?? end)) throw corrupt('bytes are left over')
    return value
  } finally {
    state.close()
  }
}

function checkVersion(version: number): void {
  if (version === formatVersion) return
  if (version === 0) throw corrupt('it has no format version')
  throw new StorageError(
    'corrupt',
    `A stored value has format version ${version}: it was written by a newer version of this package, which knows more than ${formatVersion}`,
  )
}
