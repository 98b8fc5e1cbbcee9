/**
 * Where an owner's socket lies if the directory cannot hold it: its path is too long, or its file system has no sockets. On
 * Windows that is always so: it is a named pipe.
 */
import fs from 'node:fs'
import os from 'node:os'
import { dirname, join } from 'node:path'
import { randomBytes } from '../../../src/base/random-bytes.ts'
import { digestOf } from './digest.ts'
import { isOpen } from './way-in.ts'
import type { NoWayIn, WrittenWayIn } from './way-in.ts'

const isWindows = process.platform === 'win32'
const pipePrefix = String.raw`\\.\pipe\idb-everywhere-`

/** A path for a new socket of the directory's; the directory it lies in is made. @throws where there can be none */
export function newSocketPath(directory: string): string {
  const name = `${stem(directory)}${Buffer.from(randomBytes(6)).toString('hex')}`
  if (isWindows) return `${pipePrefix}${name}`
  const place = temporaryPlace()
  fs.mkdirSync(place, { recursive: true, mode: 0o700 })
  if (!isOurs(place)) throw new Error(`"${place}" is not a directory of this user's alone`)
  return join(place, `${name}.sock`)
}

/**
 * Whether a path that a claim names is one that `newSocketPath` gives, and the socket there this user's: a claim may hold
 * anything, and what lies in a directory for all may be anyone's.
 */
export function isTrusted(path: string): boolean {
  if (isWindows) return path.startsWith(pipePrefix)
  return (
    /\/[\da-f]{24}\.sock$/.test(path) && dirname(path).endsWith(ownName()) && isOurs(dirname(path))
  )
}

/** Removes the sockets of earlier owners of the directory, which is owned: they answer no one. */
export function removeFormer(directory: string, own: WrittenWayIn | NoWayIn): void {
  if (isWindows) return
  const kept = isOpen(own) ? own.socket : null
  const place = temporaryPlace()
  if (!isOurs(place)) return
  for (const name of fs.readdirSync(place)) {
    const path = join(place, name)
    if (name.startsWith(stem(directory)) && path !== kept) fs.rmSync(path, { force: true })
  }
}

/** What the names of all sockets of a directory begin with. */
function stem(directory: string): string {
  return digestOf(directory).toString('hex').slice(0, 12)
}

function temporaryPlace(): string {
  return join(os.tmpdir(), ownName())
}

function ownName(): string {
  return `idb-${process.getuid?.() ?? 'user'}`
}

/** Whether a path leads to a directory that no other user can reach into, and not through a link of another's. */
function isOurs(place: string): boolean {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false })
  return (
    stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0
  )
}
