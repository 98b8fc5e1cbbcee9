/**
 * Builds `dist/` from the sources: ES modules, CommonJS, type declarations, and the engine's `.wasm` beside them.
 *
 * - For servers: ES modules (`dist/*.js`), bundled with code splitting, so that what two entries share exists once. They
 *   are readable: Node prints the line that throws, and the stacks name places.
 * - CommonJS (`dist/*.cjs`) is those same files converted one by one, chunks included: esbuild cannot split CommonJS,
 *   and an entry bundled alone would carry its own copy of every class. The two graphs share nothing but the `.wasm`;
 *   loaded side by side they meet in the registries that the sources keep under `Symbol.for` keys.
 * - For pages: ES modules once more (`dist/*-browser.js`), small, and without what only Node has.
 * - All JavaScript lies flat in one folder, so that `new URL('./wa-sqlite.wasm', import.meta.url)` is right in each file.
 * - Declarations come from tsc, file by file; `dist/types` for `import`, a copy marked CommonJS for `require`.
 *
 * `node esbuild.config.mjs --write-exports` puts the entry tables into package.json; a build whose package.json
 * differs from them fails.
 */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { buildFakeIndexedDB } from './packages/fake-indexeddb/build.mjs'
import {
  checkExports,
  declarationOf,
  dist,
  entries,
  fileNameOf,
  inlineEntry,
  nodeWorker,
  pageEntries,
  pageFileOf,
  pageSources,
  pageWorker,
  typedSources,
  writeExports,
} from './build/entries.mjs'
import { buildInline } from './build/inline.mjs'

const require = createRequire(import.meta.url)
const wasm = 'wa-sqlite.wasm'

/** What a simulated page asks of Node is in no entry: `src/platform/simulated-page.ts` loads it. */
const nodePlatform = { name: 'platform-node', source: 'src/platform/node.ts' }

/** The oldest syntax in use: every supported runtime reads it, and esbuild adds no API a later one brought. */
const target = ['es2022', 'node20.19']

/** The platforms' sources find the `.wasm` in the engine's own package; built files find it beside themselves. */
const wasmIsBeside = {
  name: 'wasm-is-beside',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]platform[\\/](?:node|browser)\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const contents = text.replace(/(['"])[^'"\n]*\/wa-sqlite\.wasm\1/, `'./${wasm}'`)
      if (contents === text) throw new Error(`${path} does not say where the engine is`)
      return { contents, loader: 'ts' }
    })
  },
}

/** The engine as text is in the package once: in the single file, which is loaded where a bundler left the `.wasm` behind. */
const engineTextIsInline = {
  name: 'engine-text-is-inline',
  setup({ onResolve }) {
    const path = `./${fileNameOf(inlineEntry.subpath)}.js`
    onResolve({ filter: /\/engine-gzip\.ts$/ }, () => ({ path, external: true }))
  },
}

/** Gives importers the sources that are for pages. */
const sourcesAreForPages = {
  name: 'sources-are-for-pages',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
      const forPages = pageSources[relative(import.meta.dirname, join(resolveDir, path))]
      return forPages === undefined ? undefined : { path: join(import.meta.dirname, forPages) }
    })
  },
}

/**
 * Keeps each file a file: an import of `./chunk.js` becomes one of `./chunk.cjs`, all others stay as they are. What is
 * imported dynamically exists once, as an ES module.
 */
const everyImportStays = {
  name: 'every-import-stays',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined
      const isTwin = path.startsWith('./') && kind !== 'dynamic-import'
      return { path: isTwin ? path.replace(/\.js$/, '.cjs') : path, external: true }
    })
  },
}

if (process.argv.includes('--write-exports')) writeExports()
else await buildAll()

async function buildAll() {
  checkExports()
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  cpSync(require.resolve(`wa-sqlite/dist/${wasm}`), join(dist, wasm))
  await convertToCommonJS(await buildForServers())
  await buildForPages()
  await buildInline({ wasmPath: join(dist, wasm), outfile: join(dist, 'inline.js'), target })
  exportFunctionItself(join(dist, 'indexeddbshim.cjs'))
  buildTypes()
  await buildFakeIndexedDB()
  reportSizes()
}

/** @returns the names of the files it has written */
async function buildForServers() {
  const sources = Object.entries(entries).map(([subpath, source]) => [fileNameOf(subpath), source])
  return buildModules({
    entryPoints: {
      ...Object.fromEntries(sources),
      [fileNameOf(nodeWorker.subpath)]: nodeWorker.source,
      [nodePlatform.name]: nodePlatform.source,
    },
    external: ['node:*', 'bun:*', 'vitest'],
    plugins: [engineTextIsInline, wasmIsBeside],
    chunkNames: 'chunk-[hash]',
  })
}

async function buildForPages() {
  const sources = pageEntries.map((subpath) => [pageFileOf(subpath), entries[subpath]])
  await buildModules({
    entryPoints: {
      ...Object.fromEntries(sources),
      [fileNameOf(pageWorker.subpath)]: pageWorker.source,
    },
    external: ['vitest'],
    plugins: [sourcesAreForPages, wasmIsBeside],
    chunkNames: 'page-[hash]',
    // Small, but names stay what they are in the sources: stack traces and profiles speak of them.
    minifySyntax: true,
    minifyWhitespace: true,
  })
}

async function buildModules(options) {
  const { metafile } = await build({
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    inject: ['src/base/text-coders.ts'],
    target,
    metafile: true,
    logLevel: 'warning',
    ...options,
  })
  return Object.keys(metafile.outputs).map((path) => basename(path))
}

/** Makes the CommonJS twin of each, but of the worker's script, which is always a module. */
async function convertToCommonJS(names) {
  const isWorker = (name) => name === `${fileNameOf(nodeWorker.subpath)}.js`
  await build({
    entryPoints: names.filter((name) => !isWorker(name)).map((name) => join(dist, name)),
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target,
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: {
      // The directive comes first, or it is none: the sources are modules and count on strict mode.
      js: `'use strict'\nconst importMetaUrl = require('node:url').pathToFileURL(__filename).href`,
    },
    plugins: [everyImportStays],
    logLevel: 'warning',
  })
}

/** Makes `require()` give the default export, with the others as its members: so the package it stands in for does. */
function exportFunctionItself(file) {
  appendFileSync(file, 'module.exports = Object.assign(module.exports.default, module.exports)\n')
}

function buildTypes() {
  const types = join(dist, 'types')
  emitDeclarations(types)
  keepReachable(types)
  const typesForRequire = join(dist, 'types-cjs')
  cpSync(types, typesForRequire, { recursive: true })
  writeFileSync(join(typesForRequire, 'package.json'), '{ "type": "commonjs" }\n')
}

/** Declarations of the entries and of what they reach; the configuration lists files, so it is written for the run. */
function emitDeclarations(outDir) {
  const configuration = join(dist, 'tsconfig.json')
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: {
        rootDir: '..',
        outDir: relative(dist, outDir),
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
      },
      // The declarations of what comes without its own.
      include: ['../src/**/*.d.ts'],
      files: typedSources().map((source) => `../${source}`),
    }),
  )
  const typescript = dirname(require.resolve('typescript/package.json'))
  execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), '--project', configuration], {
    stdio: 'inherit',
  })
  rmSync(configuration)
}

/** Deletes the declarations that no entry leads to: those of the classes behind the public types. */
function keepReachable(types) {
  const reachable = new Set()
  for (const source of typedSources()) visit(join(types, declarationOf(source)))
  for (const name of readdirSync(types, { recursive: true })) {
    if (name.endsWith('.d.ts') && !reachable.has(join(types, name))) rmSync(join(types, name))
  }

  function visit(file) {
    if (reachable.has(file)) return
    reachable.add(file)
    for (const path of importJavaScript(file)) visit(join(dirname(file), declarationOf(path)))
  }
}

/** tsc leaves `.ts` in the import paths of declarations; a consumer resolves only `.js`. Gives the paths as they were. */
function importJavaScript(file) {
  const text = readFileSync(file, 'utf8')
  const importPath = /((?:from|import|import\() ?['"])(\.[^'"]*)\.ts(?=['"])/g
  writeFileSync(file, text.replace(importPath, '$1$2.js'))
  return [...text.matchAll(importPath)].map(([, , path]) => `${path}.ts`)
}

function reportSizes() {
  const names = readdirSync(dist).filter((name) => /\.(js|cjs|wasm)$/.test(name))
  for (const name of names.sort()) {
    const bytes = readFileSync(join(dist, name))
    const [size, compressed] = [bytes, gzipSync(bytes)].map(kilobytes)
    console.log(`${name.padEnd(24)}${size.padStart(12)}${compressed.padStart(12)} gzip`)
  }
  console.log(`${names.length} files for ${Object.keys(entries).length} entry points`)
}

/** The length as text, in units of 1,000 bytes. */
function kilobytes({ length }) {
  return `${(length / 1000).toFixed(1)} kB`
}
