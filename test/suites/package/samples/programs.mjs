/** Samples that are programs, tests, or types. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { importBundled } from '../../../kit/bundle.mjs'
import { root, run, temporaryDirectory } from '../projects.mjs'

const { installedPackage, runtimeCommand, runtimeLabel } = (
  await importBundled('test/kit/runtimes.ts')
).module

/**
 * The sample as a module of its own, between lines that set its scene; what it prints has to match, the last time where it is run
 * several `times`. `libraries`: what it imports from the registry, as `name@version`; `files`: what lies beside it; `env`: gives its
 * environment, if that has to have more than ours.
 */
export function programChecks(scene) {
  const { before = '', after = '', prints, times = 1, libraries, files, env } = scene
  return ({ title, code, packages, isLong }) =>
    (isLong ? ['node', 'node@24', 'bun', 'deno'] : ['node']).map((runtime) => [
      `${title}: runs in ${runtimeLabel(runtime)}`,
      async () => {
        const all = { 'sample.mjs': `${before}${code}${after}`, ...files }
        const directory = projectWith(packages, all, libraries && (await installed(libraries)))
        const [command, ...args] = await runtimeCommand(runtime)
        const variables = await env?.()
        let printed = ''
        for (let time = 0; time < times; time++) {
          const options = { cwd: directory, env: variables }
          printed = (await run(command, [...args, 'sample.mjs'], options)).all
        }
        if (!prints.test(printed)) throw new Error(`Expected ${prints}, got: ${printed}`)
      },
    ])
}

/** The directory in whose `node_modules` they are; in it, imports of them resolve. */
function installed([first, ...others]) {
  const at = first.lastIndexOf('@')
  return installedPackage(first.slice(0, at), first.slice(at + 1), others)
}

/** What the sample for tests takes for granted. */
const testScene = `
const expected = { library: { version: 1, stores: { books: { keyPath: null, autoIncrement: false, indexes: {}, records: [{ key: 1, value: 'SICP' }] } } } }
const opened = (indexedDB, upgrade) => new Promise((resolve, reject) => {
  const request = indexedDB.open('library', 1)
  request.onupgradeneeded = () => upgrade(request.result)
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})
const fillWithBooks = (indexedDB) => opened(indexedDB, (database) => database.createObjectStore('books'))
const application = {
  async run(indexedDB) {
    const database = await opened(indexedDB, () => {})
    const transaction = database.transaction('books', 'readwrite')
    transaction.objectStore('books').put('SICP', 1)
    await new Promise((resolve) => { transaction.oncomplete = resolve })
  },
}
`
const asserting = `import assert from 'node:assert/strict'
const expect = (actual) => ({ toEqual: (wanted) => assert.deepEqual(actual, wanted) })
`

/** Runner → the lines before, and its command. */
const testRunners = {
  'node:test': { before: `import { test } from 'node:test'\n${asserting}`, args: ['--test'] },
  vitest: {
    before: `import { expect, test } from 'vitest'\n`,
    tool: {
      package: 'vitest',
      version: '4.1.12',
      companions: ['jsdom@26.1.0', 'happy-dom@20.14.5', '@edge-runtime/vm@5.0.0'],
    },
    script: 'vitest/vitest.mjs',
    args: ['run'],
  },
  jest: {
    before: '',
    tool: {
      package: 'jest',
      version: '30.5.2',
      companions: [
        'jest-environment-jsdom@30.5.2',
        '@happy-dom/jest-environment@20.14.5',
        '@edge-runtime/jest-environment@4.0.0',
      ],
    },
    script: 'jest/bin/jest.js',
    args: ['--no-cache', '--config={"transform":{},"testMatch":["**/sample.test.mjs"]}'],
    env: { NODE_OPTIONS: '--experimental-vm-modules' },
  },
  'bun test': {
    before: `import { expect, test } from 'bun:test'\n`,
    runtime: 'bun',
    args: ['test'],
  },
  'deno test': {
    before: `${asserting}const test = (name, run) => Deno.test(name, run)\n`,
    runtime: 'deno',
    args: ['test', '--allow-all', '--no-check'],
  },
}

/** The sample at the top of a file of tests: it awaits, and so must the runner. */
export function testChecks({ title, code, packages, isLong }) {
  const names = isLong ? Object.keys(testRunners) : ['node:test']
  return names.map((name) => {
    const { before, args } = testRunners[name]
    const text = `${before}${testScene}${code}test('the sample has run', () => {})\n`
    const files = { 'sample.test.mjs': text }
    return [`${title}: passes in ${name}`, () => runTests(name, { files, packages, args })]
  })
}

/** A suite for fake-indexeddb, where nothing is installed under this name. */
const renamedTest = `import 'fake-indexeddb/auto'
import { IDBKeyRange, indexedDB as imported } from 'fake-indexeddb'
import FDBKeyRange from 'fake-indexeddb/lib/FDBKeyRange'
test('each import is of the stand-in', async () => {
  expect(indexedDB).toBe(imported)
  expect(IDBKeyRange).toBe(FDBKeyRange)
  await opened(imported, (database) => database.createObjectStore('books'))
  expect((await indexedDB.databases()).length).toBe(1)
})
`

/** A suite on the global that a set-up module makes. */
export const globalTest = `test('a database is there once it was opened', async () => {
  await opened(indexedDB, (database) => database.createObjectStore('books'))
  expect((await indexedDB.databases()).length).toBe(1)
})
test('and gone in the next test', async () => {
  expect(await indexedDB.databases()).toEqual([])
})
`

/** The sample as all that a runner of `tests` is configured by. */
export function configurationChecks(name, args, tests = renamedTest) {
  return ({ title, code, packages, isLong }) => {
    if (!isLong) return []
    const { 'idb-everywhere': main, 'fake-indexeddb': standIn } = packages
    const files = {
      [`${name}.config.js`]: code,
      'configured.test.mjs': `${testRunners[name].before}${testScene}${tests}`,
    }
    const renamed = { 'idb-everywhere': main, '@idb-everywhere/fake-indexeddb': standIn }
    return [[title, () => runTests(name, { files, packages: renamed, args })]]
  }
}

/** The sample as a whole file of tests for Vitest, with the set-up module that the page names. */
export function vitestChecks({ title, code, packages, isLong }) {
  if (!isLong) return []
  const files = {
    'vitest.config.js': `export default { test: { setupFiles: ['idb-everywhere/testing/vitest'] } }`,
    'sample.test.mjs': code,
  }
  return [[title, () => runTests('vitest', { files, packages, args: ['run'] })]]
}

/** Rejects unless all pass. */
async function runTests(name, { files, packages, args }) {
  const { tool, script, env, runtime = 'node' } = testRunners[name]
  const toolDirectory =
    tool && (await installedPackage(tool.package, tool.version, tool.companions))
  const directory = projectWith(packages, files, toolDirectory)
  const [command] = await runtimeCommand(runtime)
  const start = script ? [join(toolDirectory, 'node_modules', script)] : []
  const file = script ? [] : ['./sample.test.mjs']
  await run(command, [...start, ...args, ...file], { cwd: directory, env })
}

/** The sample's types; what it names without having it is declared. */
export function compileSample({ title, code, packages }) {
  return [
    [
      `${title}: compiles`,
      async () => {
        const scene = `import type { VfsDirectory } from 'idb-everywhere/vfs'
interface MyDirectory extends VfsDirectory {}
declare const MyDirectory: new (path: string) => MyDirectory
`
        const directory = projectWith(packages, { 'sample.mts': scene + code })
        const tsc = join(root, 'node_modules/typescript/bin/tsc')
        const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--noEmit']
        await run(process.execPath, [tsc, ...options, 'sample.mts'], { cwd: directory })
      },
    ],
  ]
}

/** A directory with these files and our packages, in that of a tool if there is one. */
export function projectWith(packages, files, toolDirectory) {
  const directory = temporaryDirectory(toolDirectory ?? undefined)
  for (const [name, target] of Object.entries(packages)) {
    const copy = join(directory, 'node_modules', name)
    mkdirSync(dirname(copy), { recursive: true })
    cpSync(target, copy, { recursive: true, dereference: true })
  }
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}
