/** A real file system of a few MiB, in memory, that can be filled to the last byte. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/** A mounted file system. */
export interface SmallDisk {
  readonly path: string
  /** Leaves that number of bytes free; it allocates in pages of 4096. */
  fill(freeBytes: number): void
  /** Takes back what filled it. */
  free(): void
  /** Removes everything that is on it. */
  clear(): void
  unmount(): void
}

/** Mounts one; gives the reason where that is not possible. It is unmounted at the latest when the process exits. */
export function mountSmallDisk(sizeBytes: number): SmallDisk | string {
  if (process.platform !== 'linux') return `no tmpfs on ${process.platform}`
  const path = fs.mkdtempSync(join(tmpdir(), 'idb-everywhere-disk-'))
  const mounted = run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', path])
  if (mounted !== null) {
    fs.rmdirSync(path)
    return mounted
  }
  const unmount = (): void => {
    process.off('exit', unmount)
    const failure = run('umount', ['-l', path])
    if (failure !== null) throw new Error(`${path} cannot be unmounted: ${failure}`)
    fs.rmdirSync(path)
  }
  process.on('exit', unmount)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return { path, unmount, ...filling(path) }
}

function filling(path: string): Pick<SmallDisk, 'fill' | 'free' | 'clear'> {
  const filler = join(path, 'filler')
  const free = (): void => fs.rmSync(filler, { force: true })
  return {
    free,
    fill(freeBytes) {
      const file = fs.openSync(filler, 'w')
      const written = writeAll(file)
      fs.ftruncateSync(file, Math.max(written - freeBytes, 0))
      fs.closeSync(file)
    },
    clear() {
      for (const name of fs.readdirSync(path)) fs.rmSync(join(path, name), { recursive: true })
    },
  }
}

const block = new Uint8Array(256 * 1024)

/** Writes until there is no room; gives how many bytes there was room for. */
function writeAll(file: number): number {
  for (let written = 0; ;) {
    try {
      written += fs.writeSync(file, block)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error // errors of `fs` have codes
      return written
    }
  }
}

/** Runs a command; gives why it failed, null for nothing. */
function run(command: string, parameters: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(command, parameters, { encoding: 'utf8' })
  if (status === 0) return null
  const [line = ''] = stderr?.trim().split('\n') ?? []
  return (error?.message ?? line) || `${command} ended with code ${status}`
}
