/** A shell's prompt in a terminal, at which commands are typed one after the other. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linesOf, startTerminal } from './terminal.mjs'

/** `shownBy` gives what a command has printed, as lines that end; `end` leaves the shell. */
export function typedAtPrompt({ cwd, env, ...options }) {
  // Shells take no prompt from the environment: that of root would be another.
  const ENV = join(cwd, '.shrc')
  writeFileSync(ENV, `PS1='$ '\n`)
  const shell = startTerminal(['sh', '-i'], { ...options, cwd, env: { ...env, ENV } })
  const isPrompting = (lines) => lines.at(-1) === '$ '
  return {
    screen: shell.screen,
    async shownBy(command) {
      await shell.shown(isPrompting)
      const before = linesOf(shell.screen).length
      shell.type(`${command}\r`)
      const lines = await shell.shown((all) => all.length > before && isPrompting(all) && all)
      return lines
        .slice(before, -1)
        .map((line) => `${line}\n`)
        .join('')
    },
    end() {
      shell.type('exit\r')
      return shell.ended
    },
  }
}
