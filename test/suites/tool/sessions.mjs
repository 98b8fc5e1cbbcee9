/**
 * The sessions of docs/command-line.md, one after the other as a person would type them, in a directory with the shop in `data`.
 * What is printed has to be what the page says; of a measurement, all but the figures.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { commandPath, temporaryDirectory } from './command.mjs'
import { makeShop } from './directories.mjs'

const page = new URL('../../../docs/command-line.md', import.meta.url)
const directory = temporaryDirectory()
let environment

export async function prepareSessions() {
  environment = await preparePlace(directory)
}

/** Puts there what the sessions begin with; gives the environment in which they are typed. */
export async function preparePlace(place) {
  await makeShop(join(place, 'data'))
  const bin = join(place, 'bin')
  mkdirSync(bin)
  // It does here what npx does where the package is installed.
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\nshift\nexec '${process.execPath}' '${commandPath}' "$@"\n`,
  )
  chmodSync(join(bin, 'npx'), 0o755)
  return { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: place }
}

export const sessionChecks = [
  [
    'the sessions of the page print what it says',
    async () => {
      for (const { command, printed } of pageSessions()) {
        assert.match(await printedBy(command), patternOf(command, printed), command)
      }
    },
  ],
  [
    'what the page has drawn is what it shows as text',
    () => {
      const blocks = readFileSync(page, 'utf8').matchAll(/^erDiagram\n[^]*?^```$/gm)
      const [shown, drawn] = [...blocks].map(([block]) => block)
      assert.equal(drawn, shown)
    },
  ],
]

/** Each `$ command` of a page with the lines below it. */
export function pageSessions(from = page) {
  return [...readFileSync(from, 'utf8').matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(
    ([, block]) =>
      block
        .split(/^\$ /m)
        .slice(1)
        .map((text) => {
          const [command, ...lines] = text.split('\n')
          return { command, printed: lines.join('\n') }
        }),
  )
}

/** What a command prints that is typed in a place with what `preparePlace()` has given. */
export function printedBy(command, { cwd = directory, env = environment } = {}) {
  return new Promise((resolve) => {
    execFile('sh', ['-c', `${command} 2>&1`], { cwd, env }, (_, stdout) => resolve(stdout))
  })
}

/** What a command of the page has to print. */
export function patternOf(command, printed) {
  const pattern = printed.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  if (!command.includes(' bench ')) return new RegExp(`^${pattern}$`)
  return new RegExp(`^${pattern.replace(/[\d,.\\]*\d/g, '[\\d,.]+').replace(/ +/g, ' +')}$`)
}
