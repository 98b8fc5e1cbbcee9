/** The programs that come with the package: they run from where it is installed, and weigh what they may. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programs } from '../../../build/entries.mjs'

/** Of all programs together, their libraries and the terms of those included. */
const limitBytes = 600_000

/** The checks, title → work, on the package installed in a project. */
export function programChecks(project) {
  const installed = join(project, 'node_modules/idb-everywhere')
  const commands = programs.flatMap(({ command }) => command ?? [])
  return [
    [
      `the programs weigh at most ${limitBytes / 1000} kB together`,
      () => checkWeight(join(installed, 'dist')),
    ],
    ['the terms of each library in them lie beside them', () => checkTerms(installed)],
    ...commands.map((command) => [
      `${command} tells its version and what it can do`,
      () => checkCommand(project, command),
    ]),
  ]
}

function checkWeight(dist) {
  const weights = programs.map(({ name }) => [name, bytesIn(join(dist, name))])
  const total = weights.reduce((sum, [, bytes]) => sum + bytes, 0)
  const list = weights.map(([name, bytes]) => `${name} ${bytes}`).join(', ')
  console.log(`programs: ${list} bytes, together ${total} of ${limitBytes}`)
  if (total > limitBytes) throw new Error(`The programs weigh ${total} bytes, over ${limitBytes}`)
}

function bytesIn(directory) {
  const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size)
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}

/** Whatever has a library in it has the library's copyright. */
function checkTerms(installed) {
  for (const { name } of programs) {
    const text = readFileSync(join(installed, 'dist', name, 'THIRD_PARTY_LICENSES'), 'utf8')
    if (!/copyright/i.test(text)) throw new Error(`dist/${name}/THIRD_PARTY_LICENSES has no terms`)
  }
}

async function checkCommand(project, command) {
  const { version } = JSON.parse(
    readFileSync(join(project, 'node_modules/idb-everywhere/package.json'), 'utf8'),
  )
  const stated = await output(project, command, '--version')
  if (stated.trim() !== version) throw new Error(`--version has printed ${stated}, not ${version}`)
  const help = await output(project, command, '--help')
  if (!help.startsWith(`Usage: ${command}`)) throw new Error(`--help has printed ${help}`)
}

async function output(project, command, option) {
  const file = join(project, 'node_modules/.bin', command)
  const { stdout } = await promisify(execFile)(file, [option], { cwd: project, timeout: 180_000 })
  return stdout
}
