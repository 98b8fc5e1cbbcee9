/** Whether anything in a directory has changed, whichever process did it: by the sizes and times of its files. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const everyMs = 500

/** @returns what ends it */
export function watchDirectory(directory: string, listener: () => void): () => void {
  let before = stateOf(directory)
  const timer = setInterval(() => {
    const now = stateOf(directory)
    if (now === before) return
    before = now
    listener()
  }, everyMs)
  return () => clearInterval(timer)
}

function stateOf(directory: string): string {
  try {
    return readdirSync(directory)
      .map((name) => `${name} ${fileState(join(directory, name))}`)
      .sort()
      .join('\n')
  } catch {
    // The directory itself has gone: that is a change, too.
    return ''
  }
}

function fileState(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found ? `${found.size} ${found.mtimeNs}` : 'gone'
}
