import { StorageError } from '../errors.ts'
import { corrupt } from './corrupt.ts'
import { formatVersion } from './format.ts'
import { absent, type MakeObject, present, ReadState } from './read/read-state.ts'
import { readValue } from './read/read-value.ts'
import type { Serialized } from './serialized.ts'

/** Reading runs no script, so that one is enough. */
const state = new ReadState()

/** Takes a value that is not ready, in the place of which a LateValue stands. */
export interface LateValueReceiver {
  awaits(late: LateValue): void
}

/**
 * The value that serialize() and complete() made the bytes from `start` to `end` of. Nothing of it refers to `bytes`,
 * which may be a view of memory that changes. No script runs.
 *
 * A value with a CryptoKey takes time: then the result is a LateValue, which `receiver` is told. Without a receiver such
 * objects are left out: each is an empty one.
 * https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize
 *
 * @throws StorageError 'corrupt' if the bytes are no value, are a newer version's, or hold a type this runtime lacks
 */
export function deserialize(
  bytes: Uint8Array,
  start: number,
  end: number,
  receiver: LateValueReceiver | null = null,
): unknown {
  return read(bytes, start, end, receiver)
}

/** A value that can be read as soon as its objects are there. */
export class LateValue {
  /** Its own copy. */
  readonly #bytes: Uint8Array
  readonly #objects: readonly MakeObject[]

  constructor(bytes: Uint8Array, objects: readonly MakeObject[]) {
    this.#bytes = bytes
    this.#objects = objects
  }

  /** The value. @throws StorageError when one of its objects cannot be had */
  async value(): Promise<unknown> {
    const objects = await Promise.all(this.#objects.map((make) => make()))
    state.givenObjects = objects
    return read(this.#bytes, 0, this.#bytes.length, null)
  }
}

/**
 * The clone that serialize() has just made; its Blobs, whose bytes are not read yet, are the original's, and so are its
 * CryptoKeys.
 */
export function deserializeClone({
  value: { bytes },
  blobs,
  apart,
}: Pick<Serialized, 'value' | 'blobs' | 'apart'>): unknown {
  state.pendingBlobs = blobs
  state.givenObjects = apart.map(({ object }) => object)
  return read(bytes, 0, bytes.length, null)
}

/**
 * What the clone that serialize() has just made has as a property of that name; undefined if nothing. The root must be
 * `isComplete`: the other properties are not read.
 */
export function deserializeProperty({ value, root }: Serialized, name: string): unknown {
  const start = root.offsetOf(name)
  if (start < 0) return undefined
  try {
    state.open(value.bytes, start, value.length)
    const property = readValue(state, 1)
    return property === absent ? undefined : property
  } finally {
    state.close()
  }
}

function read(
  bytes: Uint8Array,
  start: number,
  end: number,
  receiver: LateValueReceiver | null,
): unknown {
  try {
    state.open(bytes, start, end)
    checkVersion(state.reader.byte())
    const value = present(readValue(state, 0))
    if (state.reader.offset !== (state.sectionStart ?? end)) throw corrupt('bytes are left over')
    if (state.lateObjects === null || receiver === null) return value
    const late = new LateValue(bytes.slice(start, end), state.lateObjects)
    receiver.awaits(late)
    return late
  } finally {
    state.close()
  }
}

function checkVersion(version: number): void {
  if (version === formatVersion) return
  if (version === 0) throw corrupt('it has no format version')
  throw new StorageError(
    'corrupt',
    `A stored value has format version ${version}, and this version of the package reads ${formatVersion}; read it with the newer version that wrote it`,
    { code: 'ERR_IDB_NEWER_FORMAT', format: version, supportedFormat: formatVersion },
  )
}
