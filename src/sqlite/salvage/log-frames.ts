/**
 * Which pages a write-ahead log holds, as SQLite would find when it recovers the log: up to the last frame that ends a transaction, and no
 * further than the checksums hold.
 * https://sqlite.org/fileformat.html#the_write_ahead_log
 */
import { append } from '../../base/own-property.ts'
import { readFile } from '../../files/io/read-file.ts'
import type { VfsFile } from '../../files/vfs.ts'

const headerSize = 32
const frameHeaderSize = 24

/** In the first four bytes; with the last bit the words that checksums are made of are big-endian. */
const magic = 0x377f_0682

/** Page → where its newest content begins in the log. */
export function framesIn(log: VfsFile, pageSize: number): ReadonlyMap<number, number> {
  const header = new Uint8Array(headerSize)
  const head = new DataView(header.buffer)
  readFile(log, header, 0)
  const committed = new Map<number, number>()
  const isOfPages = (head.getUint32(0) | 1) === (magic | 1) && head.getUint32(8) === pageSize
  if (!isOfPages) return committed
  const sum = new Checksum((head.getUint32(0) & 1) === 0)
  sum.add(head, 0, headerSize - 8)
  if (!sum.isAt(head, headerSize - 8)) return committed

  let begun: [page: number, offset: number][] = []
  const frame = new DataView(new ArrayBuffer(frameHeaderSize + pageSize))
  for (let at = headerSize; at + frame.byteLength <= log.size(); at += frame.byteLength) {
    readFile(log, new Uint8Array(frame.buffer), at)
    const hasSalt =
      frame.getUint32(8) === head.getUint32(16) && frame.getUint32(12) === head.getUint32(20)
    sum.add(frame, 0, 8)
    sum.add(frame, frameHeaderSize, pageSize)
    if (!hasSalt || !sum.isAt(frame, 16)) break
    append(begun, [frame.getUint32(0), at + frameHeaderSize])
    if (frame.getUint32(4) === 0) continue
    for (const [page, offset] of begun) committed.set(page, offset)
    begun = []
  }
  return committed
}

/** The checksum of everything in the log so far. */
class Checksum {
  readonly #isLittleEndian: boolean
  #first = 0
  #second = 0

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian
  }

  add(bytes: DataView, start: number, byteCount: number): void {
    for (let at = start; at < start + byteCount; at += 8) {
      this.#first = (this.#first + bytes.getUint32(at, this.#isLittleEndian) + this.#second) >>> 0
      this.#second =
        (this.#second + bytes.getUint32(at + 4, this.#isLittleEndian) + this.#first) >>> 0
    }
  }

  /** Whether it is what stands there. */
  isAt(bytes: DataView, start: number): boolean {
    return bytes.getUint32(start) === this.#first && bytes.getUint32(start + 4) === this.#second
  }
}
