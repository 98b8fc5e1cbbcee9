import { optionError } from '../errors.ts'
import { VfsError } from '../files/vfs.ts'
import type { Vfs, VfsDirectory, VfsFile } from '../files/vfs.ts'
import { describeValue } from '../base/describe-value.ts'
import type { MemoryVfs } from '../../vfs/memory.ts'
import { PowerLossDisk } from './power-loss.ts'
import type { CrashPattern, DiskFile } from './power-loss.ts'

/** What is counted and can be made to fail; `unlock` is the directory's `close()`. */
export type CallKind = (typeof callKinds)[number]

const callKinds = [
  'lock',
  'unlock',
  'verify',
  'list',
  'prepare',
  'open',
  'rename',
  'remove',
  'read',
  'write',
  'truncate',
  'size',
  'sync',
  'syncLater',
  'isLinked',
  'close',
] as const

/** One thing that goes wrong. */
export interface Fault {
  /** Which calls are counted and struck. */
  readonly on: CallKind | 'any'
  /** The first call struck, counted from 1. */
  readonly nth: number
  /** How many calls in a row are struck; Infinity is for good. Default 1. */
  readonly times?: number
  /**
   * `fail`: nothing is done and the call throws. `short`: a read returns half of its bytes; a write writes half of
   * them and throws; any other call fails. `lost`: the call returns as if it had been done (a read has read zeros, open
   * finds nothing). `forgotten`: a sync fails, and what was written before never reaches the disk unless it is written
   * again, though later syncs succeed; any other call fails. Default `fail`.
   */
  readonly effect?: 'fail' | 'short' | 'lost' | 'forgotten'
  /** The code of the error thrown. Default `EIO`. */
  readonly code?: string
}

/** What goes wrong, and when. */
export interface FaultPlan {
  readonly faults?: readonly Fault[]
  /** By how many bytes files may still grow before writes and truncations fail with ENOSPC. Default: no limit. */
  readonly freeBytes?: number
  /** Called before each call is made or struck; `number` counts all calls from 1. Here a crash can be looked at. */
  readonly onCall?: (kind: CallKind, number: number) => void
}

/** A VFS in which things go wrong as planned. */
export interface FaultyVfs extends Vfs {
  /** Replaces the plan, and starts counting calls from 1 again. @throws TypeError for a malformed plan. */
  inject(plan: FaultPlan): void
  /** The names of the files that are open, in the order of their opening. */
  openFiles(): string[]
  /** How many calls of a kind were made, struck ones included. */
  callCount(kind: CallKind | 'any'): number
  /**
   * The directories locked so far as they might be found after a power cut now, under the same paths. To have it taken
   * for a disk again, wrap it in `faulty()`.
   */
  crash(pattern: CrashPattern): MemoryVfs
  /**
   * `crash()` for every pattern, and for each seed; see `PowerLossDisk` for what is assumed. `most`: how many prefixes at most.
   */
  crashStates(
    seeds?: Iterable<number>,
    most?: number,
  ): Generator<{ pattern: CrashPattern; vfs: MemoryVfs }>
}

/**
 * Wraps `vfs` so that its calls are counted, fail as planned, and are noted for power cuts. The wrapped VFS must be
 * reached through this one only. A whole copy of its files is kept in memory.
 */
export function faulty(vfs: Vfs, plan: FaultPlan = {}): FaultyVfs {
  checkPlan(plan)
  const disk = new PowerLossDisk()
  const state: State = {
    plan,
    counts: new Map(),
    grownBytes: 0,
    disk,
    directories: new Map(),
    open: new Map(),
  }
  return {
    name: `faulty ${vfs.name}`,
    // It stands for a disk: else an engine would leave out what is to be tested.
    isPersistent: true,
    directory: (path) => directoryOver(state, vfs.directory(path), path),
    inject(next) {
      checkPlan(next)
      state.plan = next
      state.grownBytes = 0
      state.counts.clear()
    },
    openFiles: () => [...state.open.values()],
    callCount: (kind) => state.counts.get(kind) ?? 0,
    crash: (pattern) => state.disk.crash(pattern),
    *crashStates(seeds = [], most = Infinity) {
      for (const pattern of state.disk.patterns(seeds, most)) {
        yield { pattern, vfs: state.disk.crash(pattern) }
      }
    },
  }
}

/** Member → what its value must be, and how an error says so. */
type Checks = Readonly<
  Record<string, readonly [isValid: (value: unknown) => boolean, expected: string]>
>

const planChecks: Required<{ [Name in keyof FaultPlan]: Checks[string] }> = {
  faults: [Array.isArray, 'an array of faults'],
  freeBytes: [(value) => Number(value) >= 0 && typeof value === 'number', 'a number of bytes'],
  onCall: [(value) => typeof value === 'function', 'a function'],
}

const faultChecks: Required<{ [Name in keyof Fault]: Checks[string] }> = {
  on: oneOf([...callKinds, 'any']),
  nth: [isCount, 'a whole number from 1'],
  times: [(value) => isCount(value) || value === Infinity, 'a whole number from 1, or Infinity'],
  effect: oneOf(['fail', 'short', 'lost', 'forgotten']),
  code: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
}

function oneOf(words: readonly string[]): Checks[string] {
  return [(value) => words.some((word) => word === value), words.map(describeValue).join(' or ')]
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

/** @throws TypeError for what is no plan: nothing would go wrong, and a test would pass for that. */
function checkPlan(plan: unknown): asserts plan is FaultPlan {
  checkMembers(plan, planChecks, 'the plan of faults')
  for (const [i, fault] of ((plan as FaultPlan).faults ?? []).entries()) {
    checkMembers(fault, faultChecks, `fault ${i + 1} of the plan`, ['on', 'nth'])
  }
}

function checkMembers(
  value: unknown,
  checks: Checks,
  title: string,
  needed: readonly string[] = [],
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw faultError(`Expected ${title} to be an object, got ${describeValue(value)}`)
  }
  const members = { ...Object.fromEntries(needed.map((name) => [name, undefined])), ...value }
  for (const [name, member] of Object.entries(members)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (!check) {
      const known = Object.keys(checks).join(', ')
      throw faultError(`Unknown member "${name}" in ${title}; the members are ${known}`)
    }
    const [isValid, expected] = check
    if ((member === undefined && !needed.includes(name)) || isValid(member)) continue
    throw faultError(
      `Expected "${name}" in ${title} to be ${expected}, got ${describeValue(member)}`,
    )
  }
}

function faultError(message: string): TypeError {
  return optionError('faults', `Option "faults": ${message}`)
}

interface State {
  plan: FaultPlan
  readonly counts: Map<CallKind | 'any', number>
  /** Since the plan was injected. */
  grownBytes: number
  readonly disk: PowerLossDisk
  /** The files noted of each directory, by its identity. */
  readonly directories: Map<string, NotedFiles>
  /** An open file → its name. */
  readonly open: Map<VfsFile, string>
}

/** Counts a call; returns the effect that strikes it, null when it is to be done. Throws when it fails outright. */
function strike(
  state: State,
  kind: CallKind,
  synced?: DiskFile,
): { effect: 'short' | 'lost'; code: string } | null {
  const ofKind = count(state, kind)
  const ofAny = count(state, 'any')
  state.plan.onCall?.(kind, ofAny)
  for (const { on, nth, times = 1, effect = 'fail', code = 'EIO' } of state.plan.faults ?? []) {
    if (on !== kind && on !== 'any') continue
    const number = on === 'any' ? ofAny : ofKind
    if (number < nth || number >= nth + times) continue
    const isShort = effect === 'short' && (kind === 'read' || kind === 'write')
    if (effect === 'lost' || isShort) return { effect, code }
    if (effect === 'forgotten' && synced) state.disk.forgetWrites(synced)
    throw injectedError(code, kind, number)
  }
  return null
}

function count(state: State, kind: CallKind | 'any'): number {
  const number = (state.counts.get(kind) ?? 0) + 1
  state.counts.set(kind, number)
  return number
}

function injectedError(code: string, kind: CallKind, number: number): VfsError {
  return new VfsError(code, `Injected fault ${code} in ${kind} ${number}`)
}

function directoryOver(state: State, inner: VfsDirectory, path: string): VfsDirectory {
  const files = filesOf(state, inner.identity)
  return {
    identity: inner.identity,
    async lock(waitMs) {
      if (strike(state, 'lock')) return
      await inner.lock(waitMs)
      await noteFiles(state, { inner, path, files })
    },
    verify() {
      if (!strike(state, 'verify')) inner.verify?.()
    },
    async list() {
      return strike(state, 'list') ? [] : inner.list()
    },
    async prepare(names) {
      if (!strike(state, 'prepare')) await inner.prepare(names)
    },
    open(name, options) {
      if (strike(state, 'open')) return null
      const opened = inner.open(name, options)
      if (opened === null) return null
      const noted = files.get(name) ?? state.disk.addFile(path, name, null)
      files.set(name, noted)
      const file = fileOver(state, opened, noted)
      state.open.set(file, name)
      return file
    },
    async rename(from, to) {
      if (strike(state, 'rename')) return
      await inner.rename(from, to)
      const noted = files.get(from)
      if (noted === undefined || from === to) return
      await state.disk.rename(noted, to, files.get(to))
      files.delete(from)
      files.set(to, noted)
    },
    async remove(name) {
      if (strike(state, 'remove')) return
      await inner.remove(name)
      const noted = files.get(name)
      if (noted !== undefined) await state.disk.remove(noted)
      files.delete(name)
    },
    async close() {
      if (!strike(state, 'unlock')) await inner.close()
    },
  }
}

/** The files noted of one directory, by name. */
type NotedFiles = Map<string, DiskFile>

function filesOf({ directories }: State, identity: string): NotedFiles {
  const files = directories.get(identity) ?? new Map<string, DiskFile>()
  directories.set(identity, files)
  return files
}

/** Notes the files that were there before the first lock, as certain. */
async function noteFiles(
  { disk }: State,
  { inner, path, files }: { inner: VfsDirectory; path: string; files: NotedFiles },
): Promise<void> {
  const names = (await inner.list()).filter((name) => !files.has(name))
  await inner.prepare(names)
  for (const name of names) {
    const file = inner.open(name, { create: false })
    if (file === null) continue
    const bytes = new Uint8Array(file.size())
    file.read(bytes, 0)
    file.close()
    files.set(name, disk.addFile(path, name, bytes))
  }
}

function fileOver(state: State, inner: VfsFile, noted: DiskFile): VfsFile {
  const { disk } = state
  const { syncLater, isLinked } = inner

  function write(bytes: Uint8Array, offset: number): void {
    grow(state, Math.max(0, offset + bytes.length - inner.size()))
    inner.write(bytes, offset)
    disk.write(noted, bytes, offset)
  }

  return {
    read(into, offset) {
      const struck = strike(state, 'read')
      if (struck === null) return inner.read(into, offset)
      if (struck.effect === 'short') return inner.read(into.subarray(0, into.length >> 1), offset)
      into.fill(0)
      return into.length
    },
    write(bytes, offset) {
      const struck = strike(state, 'write')
      if (struck === null) return write(bytes, offset)
      if (struck.effect === 'lost') return
      write(bytes.subarray(0, bytes.length >> 1), offset)
      throw injectedError(struck.code, 'write', state.counts.get('write') ?? 0)
    },
    truncate(size) {
      if (strike(state, 'truncate')) return
      grow(state, size - inner.size())
      inner.truncate(size)
      disk.truncate(noted, size)
    },
    size() {
      return strike(state, 'size') ? 0 : inner.size()
    },
    sync(dataOnly) {
      if (strike(state, 'sync', noted)) return
      inner.sync(dataOnly)
      disk.sync(noted)
    },
    ...(syncLater && {
      async syncLater() {
        if (strike(state, 'syncLater', noted)) return
        const mark = disk.mark()
        await syncLater.call(inner)
        disk.sync(noted, mark)
      },
    }),
    ...(isLinked && {
      isLinked: () => strike(state, 'isLinked') !== null || isLinked.call(inner),
    }),
    close() {
      // Also when it fails: it cannot be closed a second time.
      state.open.delete(this)
      if (!strike(state, 'close')) inner.close()
    },
  }
}

/** Takes `bytes` from the space left; a negative number gives some back. */
function grow(state: State, bytes: number): void {
  const { freeBytes = Infinity } = state.plan
  if (bytes > 0 && state.grownBytes + bytes > freeBytes) {
    throw new VfsError('ENOSPC', `Injected fault: the disk is full, ${freeBytes} bytes were free`)
  }
  state.grownBytes += bytes
}
