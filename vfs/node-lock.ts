import fs from 'node:fs'
import { join } from 'node:path'
import { DirectoryLockedError } from '../src/sqlite/vfs.ts'

export interface Lock {
  release(): void
}

export function isLockFile(name: string): boolean {
  return name === 'owner.json'
}

// TODO: ownership that survives a crash; this is exclusive creation only.
export async function acquireLock(path: string, _waitMs: number): Promise<Lock> {
  try {
    fs.writeFileSync(join(path, 'owner.json'), '{}', { flag: 'wx' })
  } catch (error) {
    throw new DirectoryLockedError(`Directory "${path}" is in use`, null)
  }
  return { release: () => fs.rmSync(join(path, 'owner.json')) }
}
