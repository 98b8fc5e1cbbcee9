/**
 * Tests the package as users get it: packed, installed into an empty project, imported from there as ES modules and as
 * CommonJS, compiled against under several sets of libraries, and looked over by publint and arethetypeswrong.
 * Needs a built `dist/`. Ends with a line of counts.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { complaintsOf } from '../../../build/documents.mjs'
import { modulesOnly, programs } from '../../../build/entries.mjs'
import { importBundled } from '../../kit/bundle.mjs'
import { checkManifest } from './manifest.mjs'
import {
  checkFewFiles,
  checkPageIsFreeOfNode,
  checkStatedSizes,
  measurePage,
  tableOf,
} from './page-size.mjs'
import { programChecks } from './programs.mjs'
import { uncaughtChecks } from './uncaught.mjs'

const { runtimeCommand, runtimeLabel } = (await importBundled('test/kit/runtimes.ts')).module

/** ES modules for all or for browsers alone, one of them a script without exports, and the engine, which has no types. */
const browserOnly = [
  '--exclude-entrypoints',
  'inline',
  'worker',
  'wa-sqlite.wasm',
  ...programs.flatMap(({ subpath }) => subpath?.slice(2) ?? []),
  ...modulesOnly.map((subpath) => subpath.slice(2)),
]

/**
 * What the package may weigh once installed. The engine is in it twice, as it is and as text in the single file, and the
 * rest twice, as ES modules and as CommonJS. Two conformance suites are in it, too.
 */
const installedLimitBytes = 5_000_000

/** Fetched into npm's cache when first needed: it brings a compiler of its own, too much for every `npm ci`. */
const areTheTypesWrong = '@arethetypeswrong/cli@0.18.5'

/** Each must compile, so that the declarations neither need the DOM's types nor clash with anybody's. */
const librarySets = [
  { title: 'Node', lib: ['es2023', 'esnext.disposable'], types: ['node'] },
  { title: 'a page', lib: ['es2023', 'esnext.disposable', 'dom'], types: [], hasDom: true },
  { title: 'a worker', lib: ['es2023', 'esnext.disposable', 'webworker'], types: [] },
  { title: 'Node and the DOM', lib: ['es2023', 'esnext.disposable', 'dom'], types: ['node'] },
  { title: 'the language alone', lib: ['es2023', 'esnext.disposable'], types: [] },
  {
    title: 'the language alone, for a bundler',
    lib: ['es2023', 'esnext.disposable'],
    types: [],
    modules: { module: 'esnext', moduleResolution: 'bundler' },
  },
  {
    title: 'a page, in an older language',
    lib: ['es2022', 'dom', 'dom.asynciterable'],
    types: [],
    consumers: ['consumer-older'],
  },
]

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')
const temporary = mkdtempSync(join(tmpdir(), 'idb-everywhere-package-'))
const project = join(temporary, 'project')
const standInProject = join(temporary, 'stand-in')

try {
  process.exitCode = (await runChecks()) ? 0 : 1
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

async function runChecks() {
  const tarball = await pack()
  const standIn = await packStandIn()
  await installInto(project, [tarball])
  await installInto(standInProject, [tarball, standIn])
  const sizes = await measurePage(project)
  console.log(tableOf(sizes))
  const checks = [
    ['importing the ES modules does what it says', () => node('import.mjs')],
    ['requiring the CommonJS files does the same', () => node('require.cjs')],
    ...librarySets.flatMap((set) =>
      ['mts', 'cts'].map((extension) => [
        `a .${extension} file compiles with the types of ${set.title}`,
        () => compile(set, extension),
      ]),
    ),
    ...uncaughtChecks(project, await runtimesOfErrors()),
    ['the single file runs from a directory without any other', runSingleFile],
    ...programChecks(project),
    ['a page loads nothing that only Node has', () => checkPageIsFreeOfNode(project)],
    ['servers and pages load few files at the start', () => checkFewFiles(project)],
    [
      'the documents say what a page loads',
      async () => checkStatedSizes(sizes, readFileSync(join(root, 'docs/performance.md'), 'utf8')),
    ],
    ...[
      ['the package', 'idb-everywhere', project],
      ['the stand-in', '@idb-everywhere/fake-indexeddb', standInProject],
    ].flatMap(([title, name, place]) => [
      [`each link in the documents of ${title} leads to a file`, () => checkDocuments(place, name)],
      [`the manifest of ${title} says whose it is`, () => checkManifest(installed(place, name))],
    ]),
    ['publint finds nothing', () => publint(tarball)],
    ['arethetypeswrong finds nothing', () => checkTypes(tarball, browserOnly)],
    ['publint finds nothing in the stand-in for fake-indexeddb', () => publint(standIn)],
    ['arethetypeswrong finds nothing in it', () => checkTypes(standIn, [])],
  ]
  let failures = 0
  for (const [title, check] of checks) {
    const complaint = await complaintOf(check)
    console.log(`${complaint === null ? 'pass' : 'FAIL'}  ${title}`)
    if (complaint !== null) {
      failures += 1
      console.log(complaint.replace(/^/gm, '      '))
    }
  }
  console.log(`package: ${checks.length - failures} of ${checks.length} checks pass`)
  return failures === 0
}

/** Name → command. They print what they have of an error each in its way. */
async function runtimesOfErrors() {
  const names = ['node', 'node@24']
  const commands = await Promise.all(names.map((name) => runtimeCommand(name)))
  return Object.fromEntries(names.map((name, i) => [runtimeLabel(name), commands[i][0]]))
}

/** Packs the tree, prints what that weighs, and gives the path of the tarball. */
async function pack() {
  const output = await run('npm', ['pack', '--json', '--pack-destination', temporary], root)
  const { filename, size, unpackedSize, entryCount } = JSON.parse(output)[0]
  console.log(`${entryCount} files, ${size} bytes packed, ${unpackedSize} bytes installed`)
  if (unpackedSize > installedLimitBytes) {
    throw new Error(`The package weighs ${unpackedSize} bytes, over ${installedLimitBytes}`)
  }
  return join(temporary, filename)
}

/** Packs the stand-in for fake-indexeddb, and gives the path of the tarball. */
async function packStandIn() {
  const directory = join(root, 'packages/fake-indexeddb')
  const output = await run('npm', ['pack', '--json', '--pack-destination', temporary], directory)
  return join(temporary, JSON.parse(output)[0].filename)
}

function installed(place, name) {
  return join(place, 'node_modules', name)
}

function checkDocuments(place, name) {
  const complaints = complaintsOf(installed(place, name), root)
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
}

function publint(tarball) {
  return run('npx', ['publint', '--strict', tarball], root)
}

function checkTypes(tarball, options) {
  const args = [areTheTypesWrong, tarball, '--profile', 'node16', ...options]
  return run('npm', ['exec', '--yes', '--', ...args], temporary)
}

async function installInto(directory, tarballs) {
  mkdirSync(directory)
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n')
  cpSync(join(here, 'consumer'), directory, { recursive: true })
  await run('npm', ['install', '--no-audit', '--no-fund', '--no-save', ...tarballs], directory)
}

async function runSingleFile() {
  const directory = join(temporary, 'single-file')
  mkdirSync(directory)
  const [script, file] = ['single-file.mjs', 'inline.mjs'].map((name) => join(directory, name))
  cpSync(join(here, 'consumer/single-file.mjs'), script)
  cpSync(join(project, 'node_modules/idb-everywhere/dist/inline.js'), file)
  await run(process.execPath, [script], directory)
}

function node(script) {
  return run(process.execPath, [script], project)
}

/** Compiles the typed consumers under names that make them modules of the one or the other kind. */
async function compile(
  {
    lib,
    types,
    hasDom = false,
    modules = { module: 'nodenext' },
    consumers = ['consumer', 'consumer-globals', ...(hasDom ? ['consumer-dom'] : [])],
  },
  extension,
) {
  const files = consumers.map((name) => {
    cpSync(join(project, `${name}.ts`), join(project, `${name}.${extension}`))
    return `${name}.${extension}`
  })
  const configuration = join(project, 'tsconfig.json')
  writeFileSync(
    configuration,
    JSON.stringify({
      compilerOptions: {
        ...modules,
        target: 'es2023',
        strict: true,
        noEmit: true,
        lib,
        types,
        typeRoots: [join(root, 'node_modules', '@types')],
      },
      files,
    }),
  )
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], project)
}

/** What a command printed on standard output; rejects with all it printed if it fails or hangs. */
async function run(command, args, cwd) {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd,
      timeout: 180_000,
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`, {
      cause: error,
    })
  }
}

async function complaintOf(check) {
  try {
    await check()
    return null
  } catch (error) {
    return error.message
  }
}
