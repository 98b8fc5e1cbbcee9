/** A shell's prompt in a terminal, at which commands are typed one after the other. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linesOf, startTerminal } from './terminal.mjs'

/** As those who choose one have it: in a colour. */
const prompt = '\u001b[32m$\u001b[0m '

/**
 * `shownBy` gives what a command has printed, as lines that end; `begin` types one that goes on, until `find` gives something of the lines;
 * `end` leaves the shell.
 */
export function typedAtPrompt({ cwd, env, ...options }) {
  // Shells take no prompt from the environment: that of root would be another.
  const ENV = join(cwd, '.shrc')
  writeFileSync(ENV, `PS1='${prompt}'\n`)
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
    async begin(command, find) {
      await shell.shown(isPrompting)
      shell.type(`${command}\r`)
      return shell.shown(find)
    },
    type: shell.type,
    end() {
      shell.type('exit\r')
      return shell.ended
    },
  }
}
