/** Several loads of the package: its kinds of modules, its copies and releases, threads and processes. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../package/projects.mjs'
import { equal, packages, printed, projectOf, script, whileRunning } from './running.mjs'

const raises = 25
const env = { RAISES: String(raises) }
const { version } = JSON.parse(
  readFileSync(join(packages['idb-everywhere'], 'package.json'), 'utf8'),
)

/** The kinds in one thread use one host, and all see one sum. */
export async function checkKinds() {
  const path = temporaryDirectory()
  const { sums, copies } = await printed(['kinds.mjs'], { path, env })
  equal({ sums, copies }, { sums: Array(3).fill(3 * raises), copies: 3 })
}

/** Threads and processes without a port, beside a thread that has one. */
export async function checkThreads() {
  const path = temporaryDirectory()
  const { all, exitCodes } = await printed(['threads.mjs'], { path, env })
  equal({ all, exitCodes }, { all: 7 * raises, exitCodes: Array(6).fill(0) })
}

/** Two processes with three copies each, one of them another release; a release without a common protocol is told so. */
export async function checkCopies() {
  const path = temporaryDirectory()
  const copies = [copyOf({}), copyOf({}), copyOf({ version: '9.9.9' })]
  const reversed = [...copies].reverse()
  await Promise.all([copies, reversed].map((all) => printed(['copies.mjs', ...all], { path, env })))
  equal((await script(path, 0)).all, 8 * raises)
  await whileRunning(['cluster.mjs', '1'], { path }, async (port) => {
    await (await fetch(`http://127.0.0.1:${port}`)).text()
    await checkStranger(path)
  })
}

/** It says who has the directory, and both releases. */
async function checkStranger(path) {
  const packageDirectory = copyOf({ version: '10.0.0', protocol: 2 })
  const cwd = projectOf('server', { 'idb-everywhere': packageDirectory })
  const { name, code, message } = await printed(['try.mjs'], { path, cwd })
  equal({ name, code }, { name: 'UnknownError', code: 'ERR_IDB_NO_COMMON_PROTOCOL' })
  for (const text of [version, '10.0.0']) {
    if (!message.includes(text)) throw new Error(`the message names no ${text}: ${message}`)
  }
}

/** The installed package once more, with that version and protocol. */
function copyOf({ version: other = version, protocol = 1 }) {
  const directory = temporaryDirectory()
  cpSync(packages['idb-everywhere'], directory, { recursive: true })
  // Written with spaces in the ES module, and in CommonJS with none but the ends of lines.
  const replacements = [
    [/(packageVersion\s*=\s*)"[^"]+"/g, `$1"${other}"`],
    [/(protocolRange\s*=\s*)\[\s*1,\s*1\s*\]/g, `$1[${protocol}, ${protocol}]`],
  ]
  const counts = replacements.map(([from, to]) => replaceIn(join(directory, 'dist'), from, to))
  // One in each kind of module; the bundled script of the worker is not used here.
  if (counts.some((count) => count < 2)) throw new Error(`replaced ${counts} in the copy`)
  return directory
}

function replaceIn(directory, from, to) {
  let count = 0
  for (const name of readdirSync(directory)) {
    if (!/^chunk.*\.c?js$/.test(name)) continue
    const file = join(directory, name)
    const text = readFileSync(file, 'utf8')
    if (text.search(from) < 0) continue
    writeFileSync(file, text.replaceAll(from, to))
    count++
  }
  return count
}
