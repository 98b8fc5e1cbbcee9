/**
 * Makes a changed write-ahead log valid again, as a program that changes one on purpose would: else the reader stops at the
 * first change. https://sqlite.org/fileformat.html#checksum_algorithm
 */
const headerBytes = 32
const frameHeaderBytes = 24
const pageBytes = 4096

/** Rewrites the checksums in place, and gives every frame the salts of the header. */
export function repairChecksums(log: Uint8Array): void {
  if (log.length < headerBytes) return
  const view = new DataView(log.buffer, log.byteOffset, log.length)
  const isLittleEndian = (view.getUint32(0) & 1) === 0
  let sums: Sums = [0, 0]
  const add = (start: number, end: number): void => {
    sums = checksum(view, { start, end, isLittleEndian }, sums)
  }
  const store = (at: number): void => sums.forEach((sum, i) => view.setUint32(at + 4 * i, sum))
  add(0, 24)
  store(24)
  const frameBytes = frameHeaderBytes + pageBytes
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    log.copyWithin(at + 8, 16, 24)
    add(at, at + 8)
    add(at + frameHeaderBytes, at + frameBytes)
    store(at + 16)
  }
}

type Sums = readonly [number, number]

function checksum(
  view: DataView,
  { start, end, isLittleEndian }: { start: number; end: number; isLittleEndian: boolean },
  [first, second]: Sums,
): Sums {
  for (let at = start; at < end; at += 8) {
    first = (first + view.getUint32(at, isLittleEndian) + second) >>> 0
    second = (second + view.getUint32(at + 4, isLittleEndian) + first) >>> 0
  }
  return [first, second]
}
