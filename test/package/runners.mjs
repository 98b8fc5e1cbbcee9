/**
 * Suites written for fake-indexeddb, unchanged, on the package that stands in for it, and the set-up modules of the test kit, in
 * each test runner: ES modules and CommonJS, pages simulated by jsdom, fake timers on. From the packed packages.
 *
 * `node test/package/runners.mjs [--runtime node,node@24,bun,deno] [--only jest]`. Needs a built `dist/`. Ends with a
 * line of counts.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildSync } from 'esbuild'
import { importBundled } from '../bundle.mjs'
import { installPacked, makeProject, run, runChecks, temporaryDirectory } from './projects.mjs'

const { installedPackage, runtimeCommand, runtimeLabel } = (await importBundled('test/runtimes.ts'))
  .module
const source = fileURLToPath(new URL('./runners', import.meta.url))
const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'node,bun,deno' },
    only: { type: 'string', default: '' },
  },
})

const equal = `const equal = (actual, expected) => {
  if (!Object.is(actual, expected)) throw new Error(\`\${String(actual)} is not \${String(expected)}\`)
}
`
const suiteModule = `import { declareSuite } from './suite.mjs'
import { underFakeTimers } from './faked-timers.mjs'
${equal}`
const suiteScript = suiteModule.replace(
  /import (\{.*\}) from '(.*)\.mjs'/g,
  "const $1 = require('$2.cjs')",
)
const declared = (load) => `declareSuite({ test, equal, load: ${load} })\n`
const asModule = '(name) => import(name)'
const asScript = 'async (name) => require(name)'

/** Two tests of which the second must not see what the first left. */
const kitTests = `for (const turn of ['first', 'second']) {
  test('the world is empty for the ' + turn + ' test', async () => {
    equal((await indexedDB.databases()).length, 0)
    await new Promise((resolve) => {
      indexedDB.open('left behind').onsuccess = resolve
    })
    equal((await indexedDB.databases()).length, 1)
  })
}
`

const fakeTimersOf = {
  vitest: `vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date', 'performance'] })`,
  jest: 'jest.useFakeTimers()',
  node: `mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] })`,
}
const underFakeTimers = (
  enable,
  disable,
) => `test('requests are answered under fake timers', async () => {
  ${enable}
  try {
    await underFakeTimers()
  } finally {
    ${disable}
  }
})
`

/** Each makes files and gives the arguments of its command. `on`: the runtimes it is for. */
const suites = [
  ...['node', 'jsdom'].map((environment) => ({
    title: `vitest 4, ${environment}, ES modules`,
    on: 'node',
    tool: { package: 'vitest', version: '4.1.12', companions: ['jsdom@26.1.0'] },
    script: 'vitest/vitest.mjs',
    args: ['run', '--environment', environment],
    type: 'module',
    files: {
      'vitest.config.mjs': `export default { test: { setupFiles: ['fake-indexeddb/auto'] } }\n`,
      'a.test.mjs': `import { test, vi } from 'vitest'
${suiteModule}${declared(asModule)}${underFakeTimers(fakeTimersOf.vitest, 'vi.useRealTimers()')}`,
    },
  })),
  {
    title: 'vitest 4, the test kit',
    on: 'node',
    tool: { package: 'vitest', version: '4.1.12', companions: ['jsdom@26.1.0'] },
    script: 'vitest/vitest.mjs',
    args: ['run'],
    type: 'module',
    files: {
      'vitest.config.mjs': `export default { test: { setupFiles: ['idb-everywhere/testing/vitest'] } }\n`,
      'a.test.mjs': `import { test } from 'vitest'\n${equal}${kitTests}`,
    },
  },
  ...['29.7.0', '30.5.2'].flatMap((version) =>
    ['node', 'jsdom'].map((environment) =>
      jestSuite({ version, environment, title: 'CommonJS', script: suiteScript, load: asScript }),
    ),
  ),
  jestSuite({
    version: '27.5.1',
    environment: 'node',
    title: 'CommonJS',
    script: suiteScript,
    load: asScript,
  }),
  ...['node', 'jsdom'].map((environment) => ({
    ...jestSuite({
      version: '30.5.2',
      environment,
      title: 'ES modules',
      script: suiteModule,
      load: asModule,
    }),
    env: { NODE_OPTIONS: '--experimental-vm-modules' },
    type: 'module',
  })),
  {
    ...jestSuite({
      version: '30.5.2',
      environment: 'node',
      title: 'the test kit',
      script: equal,
      load: null,
    }),
    files: {
      'jest.config.json': JSON.stringify({
        setupFilesAfterEnv: ['idb-everywhere/testing/jest'],
        transform: {},
        testMatch: ['**/a.test.*'],
      }),
      'a.test.cjs': `${equal}${kitTests}`,
    },
  },
  {
    title: 'node:test, ES modules',
    on: 'node',
    args: ['--test', 'a.test.mjs'],
    type: 'module',
    files: {
      'a.test.mjs': `import 'fake-indexeddb/auto'
import { mock, test } from 'node:test'
${suiteModule}${declared(asModule)}${underFakeTimers(fakeTimersOf.node, 'mock.timers.reset()')}`,
    },
  },
  {
    title: 'node:test, CommonJS',
    on: 'node',
    args: ['--test', 'a.test.cjs'],
    type: 'commonjs',
    files: {
      'a.test.cjs': `require('fake-indexeddb/auto')
const { mock, test } = require('node:test')
${suiteScript}${declared(asScript)}${underFakeTimers(fakeTimersOf.node, 'mock.timers.reset()')}`,
    },
  },
  {
    title: 'node:test, the test kit',
    on: 'node',
    args: ['--import', 'idb-everywhere/testing/node', '--test', 'a.test.mjs'],
    type: 'module',
    files: { 'a.test.mjs': `import { test } from 'node:test'\n${equal}${kitTests}` },
  },
  {
    title: 'bun test, ES modules',
    on: 'bun',
    args: ['test'],
    type: 'module',
    files: {
      'bunfig.toml': '[test]\npreload = ["fake-indexeddb/auto"]\n',
      'a.test.mjs': `import { jest, test } from 'bun:test'
${suiteModule}${declared(asModule)}${underFakeTimers(fakeTimersOf.jest, 'jest.useRealTimers()')}`,
    },
  },
  {
    title: 'bun test, CommonJS',
    on: 'bun',
    args: ['test'],
    type: 'commonjs',
    files: {
      'a.test.cjs': `require('fake-indexeddb/auto')
const { test } = require('bun:test')
${suiteScript}${declared(asScript)}`,
    },
  },
  {
    title: 'bun test, the test kit',
    on: 'bun',
    args: ['test'],
    type: 'module',
    files: {
      'bunfig.toml': '[test]\npreload = ["idb-everywhere/testing/bun"]\n',
      'a.test.mjs': `import { test } from 'bun:test'\n${equal}${kitTests}`,
    },
  },
  {
    title: 'deno test, ES modules',
    on: 'deno',
    args: ['test', '--allow-read', '--allow-env', '--no-check', 'a.test.mjs'],
    type: 'module',
    files: {
      'a.test.mjs': `import 'fake-indexeddb/auto'
const test = (name, run) => Deno.test(name, () => run())
${suiteModule}${declared(asModule)}`,
    },
  },
  {
    title: 'deno test, CommonJS',
    on: 'deno',
    args: ['test', '--allow-read', '--allow-env', '--no-check', 'a.test.mjs'],
    type: 'module',
    files: {
      'a.test.mjs': `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
require('fake-indexeddb/auto')
const test = (name, run) => Deno.test(name, () => run())
${suiteScript}${declared(asScript)}`,
    },
  },
  {
    title: 'deno test, the test kit',
    on: 'deno',
    args: ['test', '--allow-read', '--allow-env', '--no-check', 'a.test.mjs'],
    type: 'module',
    files: {
      'a.test.mjs': `import 'idb-everywhere/testing/deno'
const test = (name, run) => Deno.test(name, () => run())
${equal}${kitTests}`,
    },
  },
]

function jestSuite({ version, environment, title, script, load }) {
  const extension = title === 'CommonJS' || title === 'the test kit' ? 'cjs' : 'mjs'
  const isScript = extension === 'cjs'
  // Jest finds set-up files as if by require(): a suite of ES modules would get the classes a second time.
  const jestImports = isScript
    ? ''
    : `import 'fake-indexeddb/auto'\nimport { jest } from '@jest/globals'\n`
  const jsdom = version.startsWith('27') ? [] : [`jest-environment-jsdom@${version}`]
  return {
    title: `jest ${version.split('.')[0]}, ${environment}, ${title}`,
    on: 'node',
    tool: { package: 'jest', version, companions: jsdom },
    script: 'jest/bin/jest.js',
    args: ['--no-cache'],
    type: 'commonjs',
    files: {
      'jest.config.json': JSON.stringify({
        setupFiles: isScript ? ['fake-indexeddb/auto'] : [],
        testEnvironment: environment,
        transform: {},
        testMatch: ['**/a.test.*'],
        moduleFileExtensions: ['js', 'cjs', 'mjs', 'json'],
      }),
      [`a.test.${extension}`]: `${jestImports}${script}${declared(load)}${underFakeTimers(fakeTimersOf.jest, 'jest.useRealTimers()')}`,
    },
  }
}

const packages = await installPacked()
const checks = values.runtime
  .split(',')
  .flatMap((runtime) =>
    suites
      .filter(({ on, title }) => runtime.startsWith(on) && title.includes(values.only))
      .map((suite) => [`${runtimeLabel(runtime)}: ${suite.title}`, () => runSuite(suite, runtime)]),
  )
await runChecks('runners', checks)

async function runSuite({ tool, script, args, env, type, files }, runtime) {
  const toolDirectory = tool
    ? await installedPackage(tool.package, tool.version, tool.companions)
    : temporaryDirectory()
  const project = makeProject({ toolDirectory, packages, source, type })
  try {
    for (const name of ['suite', 'faked-timers']) {
      buildSync({
        entryPoints: [join(project, `${name}.mjs`)],
        outfile: join(project, `${name}.cjs`),
        format: 'cjs',
      })
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text)
    const [command] = await runtimeCommand(runtime)
    const start = script ? [join(toolDirectory, 'node_modules', script)] : []
    await run(command, [...start, ...args], { cwd: project, env })
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
