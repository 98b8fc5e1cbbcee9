import type { VfsFile } from '../files/vfs.ts'
import { memory } from '../../vfs/memory.ts'
import type { MemoryVfs } from '../../vfs/memory.ts'

/**
 * A model of a disk that loses power. It keeps what has certainly reached the disk, and a journal of what has been done
 * since and may or may not have. Assumed is what the contract promises and no more:
 *
 * - Writes and truncations of a file are certain once a sync of that file has returned, in any order before.
 * - The name of a created file is certain once that file has been synced; until then the file may be missing.
 * - Renaming and deleting are certain once they have fulfilled. They say nothing of the file's bytes: a file renamed
 *   before its first sync is there, but perhaps empty.
 * - A sector of 512 bytes is written whole or not at all, except in the pattern `torn`.
 * - A file's size may be smaller or larger than its bytes need; a sector inside it that was not written reads as zeros.
 */
export class PowerLossDisk {
  readonly #certain: MemoryVfs = memory()
  #journal: Entry[] = []

  /** How many writes, truncations and creations are uncertain now. */
  get pendingCount(): number {
    return this.#journal.length
  }

  /** Notes a file that is there already. It is certain when `bytes` are given, uncertain when it has just been made. */
  addFile(path: string, name: string, bytes: Uint8Array | null): DiskFile {
    const file: DiskFile = { path, name }
    if (bytes === null) this.#journal.push({ kind: 'create', file })
    else openIn(this.#certain, file).write(bytes, 0)
    return file
  }

  /** Notes a write; `bytes` are copied. */
  write(file: DiskFile, bytes: Uint8Array, offset: number): void {
    this.#journal.push({ kind: 'write', file, bytes: new Uint8Array(bytes), offset })
  }

  truncate(file: DiskFile, size: number): void {
    this.#journal.push({ kind: 'truncate', file, size })
  }

  /** A point in time, for a sync that starts now and ends later. */
  mark(): SyncMark {
    return new Set(this.#journal)
  }

  /** Makes certain what was done to `file` before `mark`. */
  sync(file: DiskFile, mark: SyncMark = this.mark()): void {
    const isSynced = (entry: Entry) => entry.file === file && mark.has(entry)
    for (const entry of this.#journal) if (isSynced(entry)) apply(this.#certain, entry)
    this.#journal = this.#journal.filter((entry) => !isSynced(entry))
  }

  /** What was written to `file` and is not certain never will be. */
  forgetWrites(file: DiskFile): void {
    this.#journal = this.#journal.filter((entry) => entry.file !== file || entry.kind !== 'write')
  }

  async rename(file: DiskFile, to: string, replaced: DiskFile | undefined): Promise<void> {
    if (replaced !== undefined) this.#forget(replaced)
    const { name } = file
    openIn(this.#certain, file)
    this.#journal = this.#journal.filter((it) => it.file !== file || it.kind !== 'create')
    await this.#certain.directory(file.path).rename(name, to)
    file.name = to
  }

  async remove(file: DiskFile): Promise<void> {
    this.#forget(file)
    await this.#certain.directory(file.path).remove(file.name)
  }

  /** The directories as they might be found after a power cut at this moment. */
  crash(pattern: CrashPattern): MemoryVfs {
    const found = this.#certain.fork()
    if (pattern === 'none') return found
    if (typeof pattern === 'object' && 'seed' in pattern) {
      reorder(found, this.#journal, seededRandom(pattern.seed))
      return found
    }
    for (const entry of this.#survivors(pattern)) apply(found, entry)
    return found
  }

  /**
   * Every pattern that gives a different state now, and one per seed. If there are more than `most` prefixes, that many of them,
   * evenly spread.
   */
  *patterns(seeds: Iterable<number>, most = Infinity): Generator<CrashPattern> {
    yield 'none'
    yield 'all'
    const stride = Math.ceil(this.#journal.length / most) || 1
    for (let prefix = 1; prefix < this.#journal.length; prefix += stride) yield { prefix }
    for (const [at, entry] of this.#journal.entries()) {
      if (at % stride === 0 && entry.kind === 'write' && entry.bytes.length > 1) {
        yield { torn: at + 1 }
      }
    }
    for (const seed of seeds) yield { seed }
  }

  #survivors(pattern: 'all' | { prefix: number } | { torn: number }): Entry[] {
    if (pattern === 'all') return this.#journal
    if ('prefix' in pattern) return this.#journal.slice(0, pattern.prefix)
    const kept = this.#journal.slice(0, pattern.torn)
    const last = kept.pop()
    if (last?.kind !== 'write') return last === undefined ? kept : [...kept, last]
    const half = last.bytes.subarray(0, Math.floor(last.bytes.length / 2))
    return [...kept, { ...last, bytes: half }]
  }

  #forget(file: DiskFile): void {
    this.#journal = this.#journal.filter((entry) => entry.file !== file)
  }
}

/**
 * Which uncertain steps have reached the disk: none; all; the first `prefix`; the first `torn`, and of the last of these only the
 * first half; or, by a seed, for each sector any version that it has had.
 */
export type CrashPattern =
  | 'none'
  | 'all'
  | { readonly prefix: number }
  | { readonly torn: number }
  | { readonly seed: number }

/** A file of the disk. */
export interface DiskFile {
  readonly path: string
  name: string
}

/** What had been done when a sync began. */
export type SyncMark = ReadonlySet<Entry>

type Entry =
  | { readonly kind: 'create'; readonly file: DiskFile }
  | {
      readonly kind: 'write'
      readonly file: DiskFile
      readonly bytes: Uint8Array
      readonly offset: number
    }
  | { readonly kind: 'truncate'; readonly file: DiskFile; readonly size: number }

function apply(vfs: MemoryVfs, entry: Entry): void {
  // A write implies the creation, which comes before it in every pattern that keeps an order.
  const file = openIn(vfs, entry.file)
  if (entry.kind === 'write') file.write(entry.bytes, entry.offset)
  if (entry.kind === 'truncate') file.truncate(entry.size)
}

function openIn(vfs: MemoryVfs, { path, name }: DiskFile): VfsFile {
  const file = vfs.directory(path).open(name, { create: true })
  if (file === null) throw new Error('unreachable: a file opened with create is missing')
  return file
}

const sectorSize = 512

/**
 * Gives every sector that the journal touches some version it had, each by its own throw of the dice, and the file some
 * size it had. `found` starts as what is certain.
 */
function reorder(found: MemoryVfs, journal: readonly Entry[], random: () => number): void {
  // Some seeds keep little, some much, some half of it.
  const bias = [0.25, 1, 4][Math.floor(random() * 3)] ?? 1
  const certain = found.fork()
  for (const file of new Set(journal.map((entry) => entry.file))) {
    const steps = journal.filter((entry) => entry.file === file)
    const pick = () => Math.floor(random() ** bias * (steps.length + 1))
    // Without its name nothing of the file is found.
    if (steps[0]?.kind === 'create' && pick() === 0) continue
    mixVersions({ from: openIn(certain, file), to: openIn(found, file), steps, pick })
  }
}

interface Mix {
  /** The certain file, on which the steps are replayed. */
  readonly from: VfsFile
  readonly to: VfsFile
  readonly steps: readonly Entry[]
  /** Draws after how many steps a version is taken. */
  readonly pick: () => number
}

function mixVersions({ from, to, steps, pick }: Mix): void {
  const versionOfSector = new Map<number, number>()
  for (const sector of touchedSectors(steps, from.size())) versionOfSector.set(sector, pick())
  const versionOfSize = pick()
  let size = from.size()
  steps.forEach((step, index) => {
    if (step.kind === 'write') from.write(step.bytes, step.offset)
    if (step.kind === 'truncate') from.truncate(step.size)
    if (versionOfSize === index + 1) size = from.size()
    for (const [sector, version] of versionOfSector) {
      if (version === index + 1) to.write(sectorOf(from, sector), sector * sectorSize)
    }
  })
  to.truncate(size)
}

function sectorOf(file: VfsFile, sector: number): Uint8Array {
  const bytes = new Uint8Array(sectorSize)
  file.read(bytes, sector * sectorSize)
  return bytes
}

function touchedSectors(steps: readonly Entry[], certainSize: number): Set<number> {
  const sectors = new Set<number>()
  const touch = (start: number, end: number) => {
    for (let at = Math.floor(start / sectorSize); at * sectorSize < end; at++) sectors.add(at)
  }
  let size = certainSize
  for (const step of steps) {
    if (step.kind === 'write') {
      touch(step.offset, step.offset + step.bytes.length)
      size = Math.max(size, step.offset + step.bytes.length)
    }
    if (step.kind === 'truncate') {
      touch(step.size, size)
      size = step.size
    }
  }
  return sectors
}

/** Numbers from 0 to 1, the same for the same seed, from a linear congruential generator's upper bits. */
function seededRandom(seed: number): () => number {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  // The first numbers of neighbouring seeds resemble each other.
  for (let round = 0; round < 8; round++) next()
  return next
}
