/** What Node prints above an error that no one catches: the line that threw it, which must be one to read. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The line, a caret, the message, a stack of ten places. */
const limitBytes = 4000

const load = {
  mjs: (entry) => `const { createIndexedDB } = await import('${entry}')\n`,
  cjs: (entry) => `const { createIndexedDB } = require('${entry}')\n`,
}

const inDatabase = (body) => `
const request = createIndexedDB({ path: './uncaught-' + process.pid }).open('library')
request.onsuccess = () => {
  const database = request.result
  ${body}
}
`

/** What goes wrong → the program, and what the user has to read. */
const errors = {
  'a misspelt option': {
    program: `createIndexedDB({ pth: './data' })`,
    text: /TypeError: .*"pth"/,
  },
  'a listener that throws': {
    program: inDatabase(`throw new Error('of the listener')`),
    text: /Error: of the listener/,
  },
  'a listener that throws, where a promise rejects with the abort': {
    program: `
const request = createIndexedDB({ path: './uncaught-' + process.pid }).open('promised')
request.onupgradeneeded = () => { throw new Error('of the upgrade') }
new Promise((resolve, reject) => { request.onerror = () => reject(request.error) })
`,
    text: /Error: of the upgrade/,
  },
  'a store that is not there': {
    program: inDatabase(`database.transaction('nope')`),
    text: /NotFoundError.*"nope"/,
  },
}

/** The checks, title → work, for these runtimes, name → command. */
export function uncaughtChecks(project, runtimes) {
  return Object.entries(runtimes).flatMap(([runtime, command]) =>
    Object.keys(load).flatMap((extension) =>
      Object.keys(errors).map((error) => [
        `${runtime}, .${extension}: the error of ${error} can be read where it is printed`,
        () => checkError(project, { command, extension, error }),
      ]),
    ),
  )
}

async function checkError(project, { command, extension, error }) {
  const { program, text } = errors[error]
  const file = join(project, `uncaught.${extension}`)
  writeFileSync(file, load[extension]('idb-everywhere') + program)
  const { exitCode, stderr } = await runToItsEnd(command, file, project)
  if (exitCode !== 1 || !text.test(stderr)) {
    throw new Error(`It has ended with ${exitCode} and printed: ${stderr.slice(-1000)}`)
  }
  const bytes = Buffer.byteLength(stderr)
  if (bytes > limitBytes) throw new Error(`It has printed ${bytes} bytes, over ${limitBytes}`)
}

function runToItsEnd(command, file, cwd) {
  return new Promise((resolve) => {
    execFile(command, [file], { cwd, timeout: 180_000 }, (error, _stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : error.code, stderr }),
    )
  })
}
