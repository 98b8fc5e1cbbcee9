import { ValueBytes } from '../bytes/value-bytes.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import { exportCryptoKey } from './platform-objects/crypto-keys.ts'
import { joinBlobs } from './read/read-blobs.ts'
import type { ApartObject, Serialized } from './serialized.ts'
import { writeArrayBuffer, writeView } from './write/write-buffers.ts'
import { newValueWriter } from './write/write-state.ts'

/** A value's final bytes. */
export type Completed = Pick<Serialized, 'value' | 'generatedKeyOffset'>

/** Whether a value's bytes are final as they are, and nothing of it has to be kept elsewhere. */
export function isComplete({ blobs, apart }: Serialized): boolean {
  return blobs.length === 0 && apart.every(isInPlace)
}

function isInPlace({ hole, keptAs }: ApartObject): boolean {
  return hole === null && keptAs === null
}

/**
 * The final bytes of a value, with the contents of its Blobs and Files and the bytes of its CryptoKeys; the caller owns
 * them. What is needed of `serialized` is copied before this returns.
 *
 * @throws NotReadableError if a Blob cannot be read, DataCloneError if a CryptoKey cannot be exported
 */
export async function complete(serialized: Serialized): Promise<Completed> {
  const { apart, generatedKeyOffset } = serialized
  const bytes = new Uint8Array(serialized.value.bytes)
  const blobs = [...serialized.blobs]
  const filled = await fillHoles(
    { bytes, generatedKeyOffset },
    apart.filter(({ hole }) => hole !== null),
  )
  const joined = await joinBlobs(filled.bytes, blobs)
  return {
    value: new ValueBytes(joined, 'own'),
    generatedKeyOffset: filled.generatedKeyOffset,
  }
}

/** A value's bytes without the contents of its Blobs. */
interface Filled {
  readonly bytes: Uint8Array
  readonly generatedKeyOffset: number
}

/** Puts the bytes of CryptoKeys in their places, which moves everything after them. */
async function fillHoles(
  { bytes, generatedKeyOffset }: Filled,
  objects: readonly ApartObject[],
): Promise<Filled> {
  if (objects.length === 0) return { bytes, generatedKeyOffset }
  const materials = await Promise.all(objects.map(({ object }) => exportCryptoKey(object)))
  const out = newValueWriter()
  let rest = 0
  let moved = 0
  objects.forEach(({ hole }, i) => {
    if (!hole) throw new Error('unreachable: an object without a hole')
    out.block(bytes.subarray(rest, hole.start))
    writeBytes(out, materials[i] as Uint8Array) // one for each
    rest = hole.end
    if (hole.start < generatedKeyOffset) moved = out.length - rest
  })
  out.block(bytes.subarray(rest))
  return { bytes: out.written(), generatedKeyOffset: generatedKeyOffset + moved }
}

/** As serialize() writes a Uint8Array that has its buffer to itself. */
function writeBytes(out: ByteWriter, bytes: Uint8Array): void {
  for (const buffer of writeView(out, bytes)) writeArrayBuffer(out, buffer as ArrayBuffer)
}
