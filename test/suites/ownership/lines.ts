/** The lines that a process of the suite says. */
import type { ChildProcess } from 'node:child_process'
import { watchForSilence } from '../../kit/process-times.ts'

/** A process that says nothing for this time hangs, unless it owns the directory and is asked for nothing. */
const longestSilenceMs = 120_000

/** The lines of a process's output, one promise each; `ended` where there are no more. */
export function linesOf(child: ChildProcess): { next(): Promise<string> } {
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  let text = ''
  const give = (line: string): void => {
    const receive = waiting.shift()
    if (receive) receive(line)
    else lines.push(line)
  }
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    text += more
    const whole = text.split('\n')
    text = whole.pop() ?? ''
    whole.forEach(give)
  })
  const giveAll = (line: string): void => [...waiting].forEach(() => give(line))
  const silence = watchForSilence(child.pid, longestSilenceMs, () => giveAll('silent'))
  child.on('close', () => {
    silence.end()
    giveAll('ended')
  })
  return {
    next: () => {
      const line = lines.shift()
      return line === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(line)
    },
  }
}
