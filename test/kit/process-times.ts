/** Times that do not depend on how busy the machine is, where the system tells them. */
import { readFileSync } from 'node:fs'

/** How long this process, or at least its main thread, has waited for a processor so far; 0 where that is unknown. */
export function waitedMs(): number {
  const [, waitedNs = '0'] = read('/proc/self/schedstat')?.split(' ') ?? []
  return Number(waitedNs) / 1e6
}

/** Of `/proc`, where it is a number of the kernel's for all programs: a hundredth of a second. */
const tickMs = 10

/** How much processor time a process has used so far; null where that is unknown. */
function usedMs(pid: number): number | null {
  const text = read(`/proc/${pid}/stat`)
  if (text === null) return null
  // The second field is the program's name, in which there may be anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}

/** A watch over a process that has to say something now and then. */
export interface SilenceWatch {
  /** It has said something. */
  heard(): void
  end(): void
}

/** The silence allowed while others have the processors, as a multiple. */
const mostPatience = 20

/**
 * Calls `hangs` when the process is silent for so long, and had that long a time to work in. On a busy machine much longer
 * may pass.
 */
export function watchForSilence(
  pid: number | undefined,
  longestMs: number,
  hangs: () => void,
): SilenceWatch {
  let timer = setTimeout(() => {})
  let looks = 0
  let usedBefore: number | null = null
  const look = (): void => {
    const used = pid === undefined ? null : usedMs(pid)
    usedBefore ??= used
    if (used === null || usedBefore === null || ++looks > mostPatience) return hangs()
    if (used - usedBefore >= longestMs / 2) return hangs()
    timer = setTimeout(look, longestMs)
  }
  const heard = (): void => {
    clearTimeout(timer)
    looks = 0
    usedBefore = null
    timer = setTimeout(look, longestMs)
  }
  heard()
  return { heard, end: () => clearTimeout(timer) }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Another system, or the process is gone.
    return null
  }
}
