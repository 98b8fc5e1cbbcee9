/** How each test runner is given its cells, as few processes as it takes, and how each says what came out. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { makeProject, run, temporaryDirectory } from './projects.mjs'
import { testsOf } from './runner-entries.mjs'

const happyDom = '20.14.5'
const edgeRuntime = '4.0.0'
const fixtures = ['suite', 'faked-timers', 'round-trip']
const extensions = { 'ES modules': 'mjs', CommonJS: 'cjs' }
const loaders = {
  'ES modules': '(name) => import(name)',
  CommonJS: 'async (name) => require(name)',
}
const vitestFakes = `{ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date', 'performance'] }`

/**
 * The rows of the table, runner by runner. `on`: the runtimes it is for; `isShort`: whether an environment is in the short
 * run; `least`: the first version of Node it runs on.
 */
export const runners = [
  ...['30.5.2', '29.7.0'].map((version) => ({
    name: `jest ${version.split('.')[0]}`,
    kit: 'jest',
    on: 'node',
    formats: ['CommonJS', 'ES modules'],
    environments: ['node', 'jsdom', 'happy-dom', 'edge-runtime'],
    isShort: (environment) => environment === 'jsdom',
    tool: {
      package: 'jest',
      version,
      companions: [
        `jest-environment-jsdom@${version}`,
        `@happy-dom/jest-environment@${happyDom}`,
        `@edge-runtime/jest-environment@${edgeRuntime}`,
      ],
    },
    importRunner: { CommonJS: '', 'ES modules': `import { jest } from '@jest/globals'\n` },
    fakeTimers: { enable: 'jest.useFakeTimers()', disable: 'jest.useRealTimers()' },
    runCells: runJest,
  })),
  {
    name: 'jest 27',
    kit: 'jest',
    on: 'node',
    formats: ['CommonJS'],
    environments: ['node'],
    isShort: () => false,
    tool: { package: 'jest', version: '27.5.1', companions: [] },
    importRunner: { CommonJS: '' },
    fakeTimers: { enable: 'jest.useFakeTimers()', disable: 'jest.useRealTimers()' },
    runCells: runJest,
    cannot: {
      entries: (entry) => entry !== 'fake-indexeddb',
      error: /Cannot find module 'idb-everywhere|Module idb-everywhere\S+ .*was not found/,
      reason: 'before 28 it does not read "exports", where all but the main entry are',
    },
  },
  ...[
    { version: '4.1.12', least: 20, isShort: (environment) => environment === 'jsdom' },
    { version: '3.2.7', least: 20, isShort: () => false },
    { version: '5.1.2', least: 22, isShort: () => false },
  ].map(({ version, ...rest }) => ({
    name: `vitest ${version.split('.')[0]}`,
    kit: 'vitest',
    on: 'node',
    formats: ['ES modules'],
    environments: ['node', 'jsdom', 'happy-dom', 'edge-runtime'],
    tool: {
      package: 'vitest',
      version,
      companions: ['jsdom@26.1.0', `happy-dom@${happyDom}`, '@edge-runtime/vm@5.0.0'],
    },
    importRunner: { 'ES modules': `import { test, vi } from 'vitest'\n` },
    fakeTimers: { enable: `vi.useFakeTimers(${vitestFakes})`, disable: 'vi.useRealTimers()' },
    runCells: runVitest,
    ...rest,
  })),
  {
    name: 'node:test',
    kit: 'node',
    on: 'node',
    formats: ['ES modules', 'CommonJS'],
    environments: ['node', 'jsdom', 'happy-dom'],
    isShort: (environment) => environment === 'node',
    tool: {
      package: 'global-jsdom',
      version: '26.0.0',
      companions: ['jsdom@26.1.0', `@happy-dom/global-registrator@${happyDom}`],
    },
    importRunner: inBoth(`import { mock, test } from 'node:test'\n`),
    fakeTimers: {
      enable: `mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] })`,
      disable: 'mock.timers.reset()',
    },
    runCells: oneByOne((environment, file) => [
      ...preloadsOf(environment).flatMap((path) => ['--import', path]),
      '--test',
      file,
    ]),
  },
  {
    name: 'bun test',
    kit: 'bun',
    on: 'bun',
    formats: ['ES modules', 'CommonJS'],
    environments: ['bun', 'happy-dom'],
    isShort: () => false,
    tool: {
      package: '@happy-dom/global-registrator',
      version: happyDom,
      companions: [],
    },
    importRunner: inBoth(`import { jest, test } from 'bun:test'\n`),
    fakeTimers: { enable: 'jest.useFakeTimers()', disable: 'jest.useRealTimers()' },
    runCells: oneByOne((environment, file) => [
      'test',
      ...preloadsOf(environment).flatMap((path) => ['--preload', path]),
      `./${file}`,
    ]),
  },
  {
    name: 'deno test',
    kit: 'deno',
    on: 'deno',
    formats: ['ES modules', 'CommonJS'],
    environments: ['deno'],
    isShort: () => false,
    tool: null,
    importRunner: inBoth('const test = (name, run) => Deno.test(name, () => run())\n'),
    fakeTimers: null,
    runCells: oneByOne((_environment, file) => [
      'test',
      '--allow-read',
      '--allow-write',
      '--allow-env',
      '--allow-sys',
      '--no-check',
      file,
    ]),
  },
]

function inBoth(text) {
  return { 'ES modules': text, CommonJS: text }
}

const preloads = {
  jsdom: 'global-jsdom/register',
  'happy-dom': '../happy-dom.mjs',
}

function preloadsOf(environment) {
  return environment in preloads ? [preloads[environment]] : []
}

/**
 * Runs cells of one runner.
 *
 * @param {object} runner one of `runners`
 * @param {{ entry: string, format: string, environment: string }[]} cells
 * @param {{ packages: object, toolDirectory: string | null, command: string, source: string }} places
 * @returns {Promise<string[]>} what is wrong with each cell, in their order; empty: nothing
 */
export async function runCells(runner, cells, { packages, toolDirectory, command, source }) {
  const project = makeProject({
    toolDirectory: toolDirectory ?? temporaryDirectory(),
    packages,
    source,
    type: 'commonjs',
  })
  try {
    const files = cells.map((cell, i) => writeCell(project, { ...cell, runner }, `cell-${i}`))
    const outcomes = await runner.runCells(files, { project, toolDirectory, command })
    return files.map((file, i) => complaintOf(file, outcomes[i]))
  } catch (error) {
    return cells.map(() => `The runner did not end: ${error.message}`)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

/** Writes the tests of a cell into a folder of its own. */
function writeCell(project, { entry, format, environment, runner }, name) {
  const extension = extensions[format]
  const folder = join(project, name)
  const directory = join(folder, 'data')
  mkdirSync(folder)
  const load = loaders[format]
  const cell = testsOf({ entry, format, directory, runner: { ...runner, load } })
  const { cannot } = runner
  const expected = cannot?.entries(entry) ? cannot : cell
  const scripts = Object.fromEntries(
    fixtures.map((fixture) => [fixture, readFileSync(join(project, `${fixture}.mjs`), 'utf8')]),
  )
  // Jest finds set-up files as if by require(): a suite of ES modules would get the classes a second time. One that it does
  // not find ends the whole run.
  const isOfJest = runner.kit === 'jest' && extension === 'cjs' && expected !== cannot
  const isSetUpByConfiguration = runner.kit === 'vitest' || isOfJest
  const imports = isSetUpByConfiguration ? [] : cell.setUp
  scripts['a.test'] =
    runner.importRunner[format] + imports.map((path) => `import '${path}'\n`).join('') + cell.text
  for (const [script, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, `${script}.${extension}`), inFormat(text, extension))
  }
  writeFileSync(
    join(folder, 'set-path.cjs'),
    `if (globalThis.process) process.env.IDB_PATH = ${JSON.stringify(directory)}\n`,
  )
  writeFileSync(
    join(project, 'happy-dom.mjs'),
    `import { GlobalRegistrator } from '@happy-dom/global-registrator'\nGlobalRegistrator.register()\n`,
  )
  const setUp = isSetUpByConfiguration ? cell.setUp : []
  return {
    name,
    folder,
    directory,
    test: `a.test.${extension}`,
    environment,
    entry,
    setUp,
    expected,
  }
}

function inFormat(text, extension) {
  if (extension === 'mjs') return text
  const { code } = transformSync(text.replaceAll(/\.mjs'/g, `.cjs'`), {
    format: 'cjs',
    platform: 'node',
  })
  return code
}

/** What is wrong: a test that must pass has not, or one that must fail has not, or for another reason. */
function complaintOf({ expected: { error } }, { hasPassed, text }) {
  if (!error) return hasPassed ? '' : text || 'no test has run'
  if (hasPassed) return `it passes, where it must fail with ${error}`
  return error.test(text) ? '' : `it must fail with ${error}, and said: ${text}`
}

const jestEnvironments = {
  'happy-dom': '@happy-dom/jest-environment',
  'edge-runtime': '@edge-runtime/jest-environment',
}

/** All in one process; its report names the files. */
async function runJest(files, { project, toolDirectory, command }) {
  const projects = files.map(({ folder, environment, entry, setUp, test }) => ({
    rootDir: folder,
    testEnvironment: jestEnvironments[environment] ?? environment,
    setupFiles: [join(folder, 'set-path.cjs'), ...(entry.startsWith('testing/') ? [] : setUp)],
    setupFilesAfterEnv: entry.startsWith('testing/') ? setUp : [],
    transform: {},
    testMatch: [`**/${test}`],
    moduleFileExtensions: ['js', 'cjs', 'mjs', 'json', 'node'],
  }))
  writeFileSync(join(project, 'jest.config.json'), JSON.stringify({ projects }))
  const report = join(project, 'report.json')
  const script = join(toolDirectory, 'node_modules/jest/bin/jest.js')
  const args = [script, '--no-cache', '--json', `--outputFile=${report}`]
  const { all } = await runWhatever(command, args, {
    cwd: project,
    env: { NODE_OPTIONS: '--experimental-vm-modules' },
  })
  return outcomesIn(report, files, all)
}

/** All in one process; what happened outside of tests is in its output alone. */
async function runVitest(files, { project, toolDirectory, command }) {
  const projects = files.map(({ name, environment, setUp, test }) => ({
    test: {
      name,
      environment,
      include: [`${name}/${test}`],
      setupFiles: [`./${name}/set-path.cjs`, ...setUp],
    },
  }))
  const configuration = join(project, 'vitest.config.mjs')
  writeFileSync(
    configuration,
    `export default { test: { projects: ${JSON.stringify(projects)} } }\n`,
  )
  const report = join(project, 'report.json')
  const script = join(toolDirectory, 'node_modules/vitest/vitest.mjs')
  const args = [
    script,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const { all } = await runWhatever(command, args, { cwd: project })
  const unhandled = unhandledIn(all)
  return outcomesIn(report, files, all).map((outcome, i) => {
    const error = unhandled.find(({ file }) => file.includes(`${files[i].name}/`))
    return error ? { hasPassed: false, text: error.text } : outcome
  })
}

/** The message is the last one before the words that name the file. */
function unhandledIn(output) {
  const pieces = output.split('This error originated in "')
  return pieces.slice(1).map((piece, i) => {
    const [text = ''] = pieces[i].match(/\w*Error: .*/g)?.slice(-1) ?? []
    return { file: piece.slice(0, piece.indexOf('"')), text }
  })
}

/** Reads a report in Jest's format, which is Vitest's, too. */
function outcomesIn(report, files, output) {
  if (!existsSync(report)) return files.map(() => ({ hasPassed: false, text: output.slice(-3000) }))
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  return files.map(({ folder, test }) => {
    const result = testResults.find(({ name }) => name === join(folder, test))
    if (!result) return { hasPassed: false, text: '' }
    const tests = result.assertionResults
    const hasPassed =
      result.status === 'passed' &&
      tests.length > 0 &&
      tests.every(({ status }) => status === 'passed')
    const messages = tests.flatMap(({ failureMessages }) => failureMessages ?? [])
    return { hasPassed, text: [result.message, ...messages].join('\n').slice(0, 3000) }
  })
}

/** A process for each. */
function oneByOne(argumentsFor) {
  return async (files, { command }) => {
    const outcomes = []
    for (const { folder, environment, test, directory } of files) {
      const args = argumentsFor(environment, test)
      const env = { IDB_PATH: directory }
      const { hasPassed, all } = await runWhatever(command, args, { cwd: folder, env })
      outcomes.push({ hasPassed: hasPassed && hasRunTests(all), text: all.slice(-6000) })
    }
    return outcomes
  }
}

/** Each says in its summary how many tests have passed. */
function hasRunTests(output) {
  const counts = /(?:^# pass|^ℹ pass) (\d+)|(\d+) pass(?:ed)?\b/m.exec(output)
  return Number(counts?.[1] ?? counts?.[2] ?? 0) > 0
}

/** A run whose failing is a result. @throws Error when it does not end by itself, whatever it has told */
async function runWhatever(command, args, options) {
  try {
    // A batch is dozens of files, each of which is told when it is done.
    const { all } = await run(command, args, { silenceMs: 30_000, ...options })
    return { hasPassed: true, all }
  } catch (error) {
    if (error.cause.killed) throw error
    return { hasPassed: false, all: error.all }
  }
}
