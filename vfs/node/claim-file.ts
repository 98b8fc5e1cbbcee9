import fs from 'node:fs'
import { join } from 'node:path'
import type { Owner } from '../../src/files/vfs.ts'
import { timeOfDay } from '../clock.ts'
import { explanation } from './node-file-error.ts'
import { foreignFile, statPlainFile } from './plain-file.ts'
import { isOpen, wayInOf } from './meeting/way-in.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** What an owner leaves in a file about itself. */
export interface Claim extends Owner, ProcessIdentity {
  /** Its own, which never comes back. */
  readonly id: string
  /** What holds the ownership: the kernel lock, or this claim alone. */
  readonly lock: 'kernel' | 'claim'
  /** The open descriptor of the claim's file, which the end of the thread closes; null where it does not. */
  readonly descriptor: HeldDescriptor | null
  /** The name of the socket in the directory that answers as long as the thread lives; null where there is none. */
  readonly socket: string | null
  /** How others can reach the owner, or why they cannot; what stands there is anything until `wayInOf` has looked. */
  readonly wayIn?: unknown
}

/** A descriptor as a number within its process, and the number of the file it stands for. */
export interface HeldDescriptor {
  readonly number: number
  readonly inode: string
}

/** A claim as found in a file; `claim` is null when the file is half written, was spoilt by a power cut, or is private. */
export interface FoundClaim {
  readonly id: string
  readonly claim: Claim | null
  /** It is of an owner that shares, and another user's: this one may not read it. */
  readonly isPrivate: boolean
  readonly ageMs: number
}

/** No claim is longer, however long the name of a host. */
const longestBytes = 16 * 1024

/** The claim in a file; null when there is no such file. @throws VfsError that names a file which is no claim */
export function readClaim(file: string): FoundClaim | null {
  const stat = statPlainFile(file)
  if (stat === null) return null
  if (stat.size > longestBytes) throw foreignFile(file, 'it is longer than any claim of ownership')
  const text = readIfPresent(file)
  if (text === null) return null
  const isPrivate = text === forbidden
  const claim = isPrivate ? null : parseClaim(file, text)
  const ageMs = timeOfDay() - Number(stat.mtimeMs)
  return { id: claim?.id ?? `${stat.ino}-${stat.mtimeMs}`, claim, isPrivate, ageMs }
}

/** A claim in a file whose name nothing looks for yet. */
export interface WrittenClaim {
  readonly file: string
  readonly stat: fs.BigIntStats
  /** Makes it a dead claim, by whatever name it has come to, where it is held open. */
  retract(): void
  /** Lets go of the file; once, and never throws. */
  release(): void
}

/** Writes a claim into a new file in the directory at `path`, and holds that open. */
export function writeClaim(path: string, claim: Omit<Claim, 'descriptor'>): WrittenClaim {
  const file = join(path, `owner.${claim.id}.new`)
  const isHeldOpen = claim.thread === 0 || closesWithThread
  const isSecret = isOpen(wayInOf(claim.wayIn))
  const number = fs.openSync(file, 'wx+', isSecret ? 0o600 : undefined)
  const held = holdOpen(number)
  try {
    const options = { bigint: true } as const
    const inode = String(fs.fstatSync(number, options).ino)
    const descriptor = isHeldOpen ? { number, inode } : null
    // Unlike a single write it goes on until all of it is there, or throws.
    fs.writeFileSync(number, `${JSON.stringify({ ...claim, descriptor }, null, 2)}\n`)
    const stat = fs.fstatSync(number, options)
    if (!isHeldOpen) held.release()
    return { file, stat, ...held }
  } catch (error) {
    held.release()
    removeUnused(file)
    throw error
  }
}

/** The file of a claim, while it is held open. A descriptor used or closed once more might by then be another file's. */
function holdOpen(number: number): Pick<WrittenClaim, 'retract' | 'release'> {
  let isOpen = true
  return {
    retract() {
      if (isOpen) empty(number)
    },
    release() {
      if (!isOpen) return
      isOpen = false
      try {
        fs.closeSync(number)
      } catch {
        // All was written that counts; a descriptor that cannot be closed is gone, or was closed by another.
      }
    },
  }
}

/** Leaves nothing of a claim, and nothing that might just be being written. */
function empty(number: number): void {
  fs.ftruncateSync(number)
  fs.futimesSync(number, 0, 0)
}

function removeUnused(file: string): void {
  try {
    fs.rmSync(file, { force: true })
  } catch {
    // Nothing looks for that name; a later owner removes it.
  }
}

/** The name of the socket that goes with the claim of that id. */
export function socketName(id: string): string {
  return `owner.${id}.sock`
}

/** Engine: Bun leaves the descriptors of a thread that has ended open. */
export const closesWithThread = process.versions['bun'] === undefined

/** In place of the text of a file that another user keeps to itself. */
const forbidden = Symbol('forbidden')

function readIfPresent(file: string): string | typeof forbidden | null {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    if (code === 'EACCES') return forbidden
    throw explanation(file, error)
  }
}

function parseClaim(file: string, text: string): Claim | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (isClaim(value)) return value
  throw foreignFile(file, 'it holds something other than a claim of ownership')
}

/** What may be part of a file's name, and leads nowhere else. */
const plainId = /^[\w-]{1,64}$/

function isClaim(value: unknown): value is Claim {
  if (typeof value !== 'object' || value === null) return false
  const claim = value as { readonly [Member in keyof Claim]?: unknown } // any object may have them
  return (
    typeof claim.id === 'string' &&
    plainId.test(claim.id) &&
    (claim.socket === null || claim.socket === socketName(claim.id)) &&
    (claim.lock === 'kernel' || claim.lock === 'claim') &&
    (claim.descriptor === null || isDescriptor(claim.descriptor)) &&
    isCount(claim.pid) &&
    isCount(claim.thread) &&
    [claim.host, claim.since].every((member) => typeof member === 'string') &&
    (claim.startTime === null || isCount(claim.startTime)) &&
    [claim.bootId, claim.namespace].every((it) => it === null || typeof it === 'string')
  )
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isDescriptor(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { number, inode } = value as { readonly number?: unknown; readonly inode?: unknown }
  return isCount(number) && typeof inode === 'string' && /^\d+$/.test(inode)
}
