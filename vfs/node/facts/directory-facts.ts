import fs from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import type {
  DirectoryFacts,
  FileFacts,
  FileSystemFacts,
} from '../../../src/files/directory-facts.ts'
import { readClaim } from '../claim-file.ts'
import { hasRuntimeSqlite } from '../kernel-lock.ts'
import { isLockFile } from '../node-lock.ts'

/** What the file system says of the storage directory at `path`. Nothing is locked, made or changed. */
export async function directoryFacts(path: string): Promise<DirectoryFacts> {
  const absolute = realPath(path)
  const state = stateOf(absolute)
  const isDirectory = state === 'directory'
  const isReadable = isDirectory && isAllowed(absolute, fs.constants.R_OK | fs.constants.X_OK)
  return {
    path: absolute,
    state,
    isReadable,
    isWritable: isDirectory && isAllowed(absolute, fs.constants.W_OK | fs.constants.X_OK),
    files: isReadable ? filesIn(absolute) : [],
    fileSystem: isDirectory ? fileSystemOf(absolute) : null,
    lock: (await hasRuntimeSqlite()) ? 'kernel' : 'claim',
    ownersLock: isReadable ? ownersLock(absolute) : null,
    runtime: runtime(),
  }
}

function realPath(path: string): string {
  try {
    return fs.realpathSync.native(path)
  } catch {
    // What is wrong with it `stateOf()` says.
    return resolve(path)
  }
}

function stateOf(path: string): DirectoryFacts['state'] {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (!stat) return 'missing'
  return stat.isDirectory() ? 'directory' : 'not a directory'
}

function isAllowed(path: string, mode: number): boolean {
  try {
    fs.accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

function filesIn(path: string): FileFacts[] {
  return fs
    .readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !isLockFile(entry.name))
    .map(({ name }) => fileIn(path, name))
    .filter((file) => file !== null)
}

/** null: it has gone since. */
function fileIn(path: string, name: string): FileFacts | null {
  const file = join(path, name)
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (!stat) return null
  const modified = new Date(stat.mtimeMs).toISOString()
  return { name, sizeBytes: stat.size, modified, head: headOf(file) }
}

const headBytes = 100

function headOf(file: string): Uint8Array | null {
  let descriptor: number | null = null
  try {
    descriptor = fs.openSync(file, 'r')
    const head = new Uint8Array(headBytes)
    return head.subarray(0, fs.readSync(descriptor, head, 0, headBytes, 0))
  } catch {
    // Whatever keeps it from being read, there is nothing to tell of it.
    return null
  } finally {
    if (descriptor !== null) fs.closeSync(descriptor)
  }
}

/** What Linux calls them by number. https://man7.org/linux/man-pages/man2/statfs.2.html */
const fileSystems: Readonly<
  Record<number, readonly [type: string, kind: FileSystemFacts['kind']]>
> = {
  0xef53: ['ext4', 'local'],
  0x9123683e: ['btrfs', 'local'],
  0x58465342: ['xfs', 'local'],
  0x2fc12fc1: ['zfs', 'local'],
  0xf2f52010: ['f2fs', 'local'],
  0x4d44: ['fat', 'local'],
  0x2011bab0: ['exfat', 'local'],
  0x794c7630: ['overlayfs', 'overlay'],
  0x01021994: ['tmpfs', 'memory'],
  0x858458f6: ['ramfs', 'memory'],
  0x6969: ['nfs', 'network'],
  0x517b: ['smb', 'network'],
  0xff534d42: ['cifs', 'network'],
  0xfe534d42: ['smb2', 'network'],
  0x01021997: ['9p', 'network'],
  0x00c36400: ['ceph', 'network'],
  0x65735546: ['fuse', 'network'],
}

function fileSystemOf(path: string): FileSystemFacts | null {
  try {
    const { bavail, blocks, bsize, type } = fs.statfsSync(path)
    const known = process.platform === 'linux' ? fileSystems[type] : undefined
    const [name, kind] = known ?? [null, 'local' as const]
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, type: name, kind }
  } catch {
    // Some runtimes cannot tell, and some file systems do not.
    return null
  }
}

function ownersLock(path: string): DirectoryFacts['ownersLock'] {
  try {
    return readClaim(join(path, 'owner.json'))?.claim?.lock ?? null
  } catch {
    // It is no claim; taking the directory will say so.
    return null
  }
}

function runtime(): string {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>
  if (bun !== undefined) return `Bun ${bun}`
  return deno === undefined ? `Node ${node}` : `Deno ${deno}`
}
