/** Whole files, spoilt where it matters: headers, pages, cells, the frames of the log. */
import { readFile } from '../../../../src/files/io/read-file.ts'
import type { Random } from '../../../kit/history/random.ts'
import { memory, type MemoryVfs } from '../../../../vfs/memory.ts'
import { exercise } from '../exercise.ts'
import { fixedNumber, overwrite } from '../mutate.ts'
import type { Part } from '../part.ts'
import { fileName, makeSampleFiles, onDisk, path } from '../sample-files.ts'
import { withSharedPages } from '../../../kit/crossed-pages.ts'
import { repairChecksums } from '../wal-checksums.ts'

const pageBytes = 4096
const frameBytes = pageBytes + 24
const logName = `${fileName}-wal`

const samples = await makeSampleFiles()
const databases = [samples.closed, samples.unclosed].map((vfs) => bytesOf(vfs, fileName))
const log = bytesOf(samples.unclosed, logName)

/** An input is the length of the database file in four bytes, the file, and its log. */
export const files: Part = {
  inputsPerReport: 8,
  memoryBytes: 1024 * 1024 * 1024,
  make(random) {
    const hasLog = random.percent(50)
    const sound = (hasLog ? databases[1] : databases[0]) ?? new Uint8Array(0)
    const database = random.percent(10) ? sharedPages(sound, random) : sound.slice()
    const ownLog = hasLog ? log.slice() : new Uint8Array(0)
    const changes = 1 + random.below(random.percent(20) ? 20 : 4)
    for (let i = 0; i < changes; i++) {
      if (hasLog && random.percent(50)) changeLog(ownLog, random)
      else changePages(database, random)
    }
    if (random.percent(80)) repairChecksums(ownLog)
    return joined(cut(database, random), cut(ownLog, random))
  },
  async try(input) {
    const databaseBytes = new DataView(input.buffer, input.byteOffset).getUint32(0)
    const database = input.subarray(4, 4 + databaseBytes)
    const ownLog = input.subarray(4 + databaseBytes)
    for (const ifCorrupt of ['throw', 'salvage'] as const) {
      const vfs = memory()
      write(vfs, fileName, database)
      if (ownLog.length > 0) write(vfs, logName, ownLog)
      await exercise(onDisk(vfs), ifCorrupt)
    }
  },
}

function sharedPages(bytes: Uint8Array, random: Random): Uint8Array {
  return withSharedPages(bytes, {
    table: random.pick(['records', 'index_records']),
    levels: 1 + random.below(20),
    children: 2 + random.below(3),
  })
}

function changePages(bytes: Uint8Array, random: Random): void {
  const pageCount = bytes.length / pageBytes
  const start = random.below(random.percent(30) ? 10 : pageCount) * pageBytes
  const header = start === 0 ? 100 : 0
  switch (random.below(7)) {
    case 0: // the file's header
      return void overwrite(bytes, random.below(100), fixedNumber(random))
    case 1: // the page's own header
      return void overwrite(bytes, start + header + random.below(12), fixedNumber(random))
    case 2: // where its cells lie
      return void overwrite(bytes, start + header + 8 + 2 * random.below(30), fixedNumber(random))
    case 3: // another page's contents
      return void bytes.copyWithin(start, random.below(pageCount) * pageBytes, start + pageBytes)
    case 4: // the page it goes on with
      new DataView(bytes.buffer).setUint32(start + header + 8, random.below(pageCount + 2))
      return
    case 5: // a stretch of noise
      return noise(
        bytes,
        { start: start + random.below(pageBytes), length: 1 + random.below(300) },
        random,
      )
    default: // a cell
      return void overwrite(bytes, start + random.below(pageBytes), fixedNumber(random))
  }
}

function changeLog(bytes: Uint8Array, random: Random): void {
  const frame = 32 + random.below((bytes.length - 32) / frameBytes) * frameBytes
  if (random.percent(10)) overwrite(bytes, random.below(32), fixedNumber(random))
  else if (random.percent(30)) overwrite(bytes, frame + 4 * random.below(2), fixedNumber(random))
  else changePages(bytes.subarray(frame + 24, frame + frameBytes), random)
}

function noise(
  bytes: Uint8Array,
  { start, length }: { start: number; length: number },
  random: Random,
): void {
  for (let at = start; at < Math.min(start + length, bytes.length); at++)
    bytes[at] = random.below(256)
}

function cut(bytes: Uint8Array, random: Random): Uint8Array {
  return random.percent(5) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes
}

function joined(database: Uint8Array, ownLog: Uint8Array): Uint8Array {
  const input = new Uint8Array(4 + database.length + ownLog.length)
  new DataView(input.buffer).setUint32(0, database.length)
  input.set(database, 4)
  input.set(ownLog, 4 + database.length)
  return input
}

function write(vfs: MemoryVfs, name: string, bytes: Uint8Array): void {
  vfs.directory(path).open(name, { create: true })?.write(bytes, 0)
}

function bytesOf(vfs: MemoryVfs, name: string): Uint8Array {
  const file = vfs.directory(path).open(name, { create: false })
  if (!file) throw new Error(`File ${name} is missing`)
  const bytes = new Uint8Array(file.size())
  readFile(file, bytes, 0)
  return bytes
}
