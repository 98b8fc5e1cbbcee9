/**
 * A mark that an owner's thread has ended by itself, without closing the directory: its runtime then takes the name of its socket
 * away, so that from another container nothing would tell its claim from that of an owner that lives. One that is killed leaves no
 * mark, and its socket stays, which no one answers.
 */
import fs from 'node:fs'
import { join } from 'node:path'
import { removeMark, writeMark } from './mark-file.ts'

/** Directory and id of the claims of this thread. */
const claims = new Set<{ readonly directory: string; readonly id: string }>()
let isListening = false

/** Leaves a mark when this thread ends while it has the claim of that id; gives what is to be called once it has not. */
export function markAtEnd(directory: string, id: string): () => void {
  const claim = { directory, id }
  claims.add(claim)
  if (!isListening) process.on('exit', markAll)
  isListening = true
  return () => void claims.delete(claim)
}

/** Whether the thread that had that claim has left a mark. */
export function hasEnded(directory: string, id: string): boolean {
  return fs.existsSync(join(directory, markName(id)))
}

/** Never throws. */
export function forgetEnd(directory: string, id: string): void {
  removeMark(join(directory, markName(id)))
}

function markAll(): void {
  for (const { directory, id } of claims) {
    try {
      writeMark(join(directory, markName(id)))
    } catch {
      // The directory is gone or full: then others go by what else they know.
    }
  }
}

function markName(id: string): string {
  return `owner.${id}.over`
}
