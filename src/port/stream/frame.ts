/**
 * Frames: parcels as bytes, for streams. All of it but the objects is as it lies in the parcel, so that nothing is copied but once.
 *
 * | offset | size | meaning                                                                                     |
 * | ------ | ---- | ------------------------------------------------------------------------------------------- |
 * | 0      | 4    | how many bytes follow the head                                                              |
 * | 4      | 4    | how many of them are the contents: numbers of 8 bytes each, then the packed byte strings    |
 * | 8      | 4    | how many numbers there are                                                                  |
 * | 12     | 4    | how many bytes the objects have after the contents; 0: there are none                       |
 * | 16     |      | contents; objects; what was given away in buffers of its own, one after another             |
 *
 * The numbers of the head, and those of the contents, are little-endian. The objects are one array in the format of stored values; a
 * byte string in a buffer of its own is its length there.
 *
 * Worked example: `committed` of the transaction 5 is the two numbers 10 and 5, and nothing else.
 *
 *     10 00 00 00  10 00 00 00  02 00 00 00  00 00 00 00   16 bytes follow: two numbers, no objects
 *     00 00 00 00 00 00 24 40                              10
 *     00 00 00 00 00 00 14 40                              5
 */
import { append } from '../../base/own-property.ts'
import { StorageError } from '../../errors.ts'
import { deserialize } from '../../values/deserialize.ts'
import { serialize } from '../../values/serialize.ts'
import { demand, Malformed } from '../malformed.ts'
import type { Parcel } from '../parcel.ts'

export const headBytes = 16

/** What a frame's head says. */
export interface FrameHead {
  readonly bodyBytes: number
  readonly contentBytes: number
  readonly numberCount: number
  readonly objectBytes: number
}

/** The parcel as bytes, in as many parts as need no copy; they share no memory with it but for what it gives away. */
export function frameOf(parcel: Parcel): readonly Uint8Array[] {
  const { contents, numberCount } = parcel
  const apart: Uint8Array[] = []
  const objects = objectsOf(parcel, apart)
  const contentBytes = contents.byteLength
  const ownBytes = contentBytes + objects.length
  const bodyBytes = apart.reduce((sum, { length }) => sum + length, ownBytes)
  const frame = new Uint8Array(headBytes + ownBytes)
  writeHead(frame, { bodyBytes, contentBytes, numberCount, objectBytes: objects.length })
  frame.set(new Uint8Array(contents), headBytes)
  frame.set(objects, headBytes + contentBytes)
  return [frame, ...apart]
}

const noBytes = new Uint8Array(0)

/** What stands for the parcel's objects, lent by the serializer; what is sent after them goes to `apart`. */
function objectsOf({ objects }: Parcel, apart: Uint8Array[]): Uint8Array {
  if (objects.length === 0) return noBytes
  const listed = objects.map((object) => {
    if (!(object instanceof Uint8Array)) return object
    append(apart, object)
    return object.length
  })
  return serialize(listed).value.bytes
}

function writeHead(frame: Uint8Array<ArrayBuffer>, head: FrameHead): void {
  const view = new DataView(frame.buffer)
  view.setUint32(0, head.bodyBytes, true)
  view.setUint32(4, head.contentBytes, true)
  view.setUint32(8, head.numberCount, true)
  view.setUint32(12, head.objectBytes, true)
}

/** The head that lies there. @throws Malformed for one that no frame of at most that many bytes has */
export function readHead(bytes: Uint8Array, offset: number, longestBody: number): FrameHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, headBytes)
  const bodyBytes = view.getUint32(0, true)
  const contentBytes = view.getUint32(4, true)
  const numberCount = view.getUint32(8, true)
  const objectBytes = view.getUint32(12, true)
  demand(bodyBytes <= longestBody, `is longer than ${longestBody} bytes`)
  demand(contentBytes + objectBytes <= bodyBytes, 'has parts that are longer than the whole')
  demand(numberCount * 8 <= contentBytes, 'lacks its numbers')
  return { bodyBytes, contentBytes, numberCount, objectBytes }
}

/** What has come after a frame's head. */
interface FrameBody {
  /** Contents and objects. */
  readonly packed: Uint8Array<ArrayBuffer>
  /** What was given away in buffers of its own. */
  readonly apart: Uint8Array<ArrayBuffer>
}

/** The parcel of a frame whose body has come; its byte strings lie there. `isLent`: as in parcels. @throws Malformed */
export function parcelOf(head: FrameHead, { packed, apart }: FrameBody, isLent: boolean): Parcel {
  const { contentBytes, numberCount, objectBytes } = head
  const listed = objectBytes === 0 ? [] : readObjects(packed, contentBytes, objectBytes)
  let at = 0
  const objects: unknown[] = []
  for (let place = 0; place < listed.length; place++) {
    const object = listed[place]
    const start = at
    if (typeof object === 'number') at = endOf(object, start, apart)
    append(objects, typeof object === 'number' ? apart.subarray(start, at) : object)
  }
  demand(at === apart.length, 'has bytes left over')
  return { contents: packed.buffer, numberCount, objects, isLent }
}

function endOf(length: number, start: number, apart: Uint8Array): number {
  const isLength = Number.isInteger(length) && length >= 0 && length <= apart.length - start
  demand(isLength, 'lacks bytes')
  return start + length
}

function readObjects(body: Uint8Array, start: number, length: number): readonly unknown[] {
  const listed = readValue(body, start, start + length)
  demand(Array.isArray(listed), 'has something else where its objects belong')
  return listed
}

function readValue(body: Uint8Array, start: number, end: number): unknown {
  try {
    return deserialize(body, start, end)
  } catch (error) {
    if (error instanceof StorageError) throw new Malformed(`has invalid objects: ${error.message}`)
    throw error
  }
}
