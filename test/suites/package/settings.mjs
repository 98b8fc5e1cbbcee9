/**
 * The packed package where a process may do little: Deno with the permissions of one directory, a directory that cannot be
 * written, no home, a server that only renders. Needs a built `dist/`. Ends with a line of counts.
 */
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { importBundled } from '../../kit/bundle.mjs'
import { installPacked, run, runChecks, temporaryDirectory } from './projects.mjs'

const { runtimeCommand } = (await importBundled('test/kit/runtimes.ts')).module
const installed = (await installPacked())['idb-everywhere']
chmodSync(join(installed, '../..'), 0o755)
const entry = pathToFileURL(join(installed, 'dist/index.js')).href
const deno = (await runtimeCommand('deno'))[0]

/** A user that a directory's mode keeps out; root is not kept out. */
const otherUser = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** Opens a database in `path` and prints the version it got, or the error. */
const program = (path) => `
const { close, createIndexedDB } = await import(${JSON.stringify(entry)})
const factory = createIndexedDB(${path === null ? '' : JSON.stringify({ path })})
const request = factory.open('d', 3)
const answer = await new Promise((resolve) => {
  request.onsuccess = () => resolve('opened ' + request.result.version)
  request.onerror = () => resolve(request.error.name + ': ' + request.error.message)
})
await close(factory)
console.log(answer)
`

await runChecks('settings', [
  [
    'Deno needs the permission to read and write the directory, and no other',
    async () => {
      const path = temporaryDirectory()
      expectText(await onDeno(path, { permitted: path }), /^opened 3$/m)
    },
  ],
  [
    'without it the request fails with an error that names the directory',
    async () => {
      const path = join(temporaryDirectory(), 'elsewhere')
      const output = await onDeno(path, { permitted: temporaryDirectory() })
      expectText(output, /^UnknownError: .*elsewhere.*permission/m)
    },
  ],
  [
    'the permission to read alone is told apart from a path that leads nowhere, and the flag that lacks is named',
    async () => {
      const path = join(temporaryDirectory(), 'elsewhere')
      const output = await onDeno(path, { permitted: temporaryDirectory(), readable: path })
      expectText(output, /^UnknownError: .*elsewhere.*permission.*--allow-write/m)
    },
  ],
  [
    'a directory that cannot be written fails the request, and names itself',
    async () => {
      const parent = temporaryDirectory()
      chmodSync(parent, 0o555)
      expectText(
        await onNode(join(parent, 'sealed'), otherUser),
        /^UnknownError: .*sealed.*permission/m,
      )
    },
  ],
  [
    'a directory within reach needs no home',
    async () => {
      expectText(
        await onNode(temporaryDirectory(), { env: { HOME: '/nonexistent' } }),
        /^opened 3$/m,
      )
    },
  ],
  [
    'importing for the server touches neither files nor globals',
    async () => {
      const cwd = temporaryDirectory()
      const text = `const before = Reflect.ownKeys(globalThis).length
await import(${JSON.stringify(entry)})
console.log(Reflect.ownKeys(globalThis).length - before, 'globals')`
      const { all } = await run(process.execPath, ['--input-type=module', '-e', text], { cwd })
      expectText(all, /^0 globals$/m)
      if (readdirSync(cwd).length > 0) throw new Error(`It has made ${readdirSync(cwd)}`)
    },
  ],
])

async function onDeno(path, { permitted, readable = permitted }) {
  const cwd = temporaryDirectory()
  writeFileSync(join(cwd, 'program.mjs'), program(path))
  const permissions = [
    `--allow-read=${[installed, permitted, readable].join()}`,
    `--allow-write=${permitted}`,
  ]
  const args = ['run', '--quiet', '--no-prompt', ...permissions, 'program.mjs']
  return (await run(deno, args, { cwd })).all
}

async function onNode(path, options) {
  const args = ['--input-type=module', '-e', program(path)]
  return (await run(process.execPath, args, { cwd: temporaryDirectory(), ...options })).all
}

function expectText(output, pattern) {
  if (!pattern.test(output)) throw new Error(`Expected ${pattern} in:\n${output}`)
}
