/**
 * Builds `dist/` from the sources: ES modules, CommonJS, type declarations, and the engine's `.wasm` beside them.
 *
 * - ES modules (`dist/*.js`) are bundled with code splitting, so that what two entries share exists once.
 * - CommonJS (`dist/*.cjs`) is those same files converted one by one, chunks included: esbuild cannot split CommonJS,
 *   and an entry bundled alone would carry its own copy of every class. The two graphs share nothing but the `.wasm`;
 *   loaded side by side they meet in the registries that the sources keep under `Symbol.for` keys.
 * - All JavaScript lies flat in one folder, so that `new URL('./wa-sqlite.wasm', import.meta.url)` is right in each file.
 * - Declarations come from tsc, file by file; `dist/types` for `import`, a copy marked CommonJS for `require`.
 *
 * `node esbuild.config.mjs --write-exports` puts the entry table below into package.json; a build whose package.json
 * differs from it fails.
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
import { dirname, extname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { buildFakeIndexedDB } from './compat/fake-indexeddb/build.mjs'
import { buildInline } from './esbuild.inline.mjs'

/** What can be imported → its source. Adding an entry is a line here and a run with `--write-exports`. */
const entries = {
  '.': 'src/index.ts',
  './auto': 'src/auto.ts',
  './auto/memory': 'src/auto-memory.ts',
  './vfs': 'src/sqlite/vfs.ts',
  './vfs/memory': 'vfs/memory.ts',
  './vfs/node': 'vfs/node.ts',
  './vfs/opfs': 'vfs/opfs.ts',
  './vfs/conformance': 'test/vfs/entry-point.ts',
  './testing': 'src/testing.ts',
  './testing/vitest': 'src/testing/vitest.ts',
  './testing/jest': 'src/testing/jest.ts',
  './testing/bun': 'src/testing/bun.ts',
  './testing/deno': 'src/testing/deno.ts',
  './testing/node': 'src/testing/node.ts',
  './indexeddbshim': 'src/indexeddbshim.ts',
}

/** The sources that serve browsers in place of those above; bundlers and import maps take them by the condition `browser`. */
const browserEntries = {
  '.': 'src/index-browser.ts',
  './auto': 'src/auto-browser.ts',
  './auto/memory': 'src/auto-memory-browser.ts',
}

/** Built apart from the others, into one file with everything in it; for browsers. */
const inlineEntry = { subpath: './inline', source: 'src/index-inline.ts' }

/** Scripts of workers: other files find them by their URL. Exported are those that a user may have to name. */
const workerScripts = { './worker': 'src/worker.ts', './worker-node': 'src/worker-node.ts' }
const exportedWorkers = ['./worker']

/** The files whose import does something; bundlers may drop an unused import of any other. */
const sideEffects = [
  'auto',
  'auto-memory',
  'auto-browser',
  'auto-memory-browser',
  'worker',
  'testing-vitest',
  'testing-jest',
  'testing-bun',
  'testing-deno',
  'testing-node',
]

const require = createRequire(import.meta.url)
const dist = 'dist'
const wasm = 'wa-sqlite.wasm'

/** The oldest syntax in use: every supported runtime reads it, and esbuild adds no API a later one brought. */
const target = ['es2022', 'node20.19']

/** Small, but names stay what they are in the sources: stack traces and profiles speak of them. */
const readable = { minifySyntax: true, minifyWhitespace: true }

/** Sources at the top of `src/` find the `.wasm` in the engine's own package; built files find it beside themselves. */
const wasmIsBeside = {
  name: 'wasm-is-beside',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/][\w-]+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /(['"])[^'"\n]*\/wa-sqlite\.wasm\1/,
        `'./${wasm}'`,
      ),
      loader: 'ts',
    }))
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

/** `./vfs/node` → `vfs-node`, the name of its files in `dist/`. */
const fileNameOf = (subpath) => (subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-'))

const browserFileOf = (subpath) => `${fileNameOf(subpath)}-browser`

if (process.argv.includes('--write-exports')) writeExports()
else await buildAll()

async function buildAll() {
  checkExports()
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  cpSync(require.resolve(`wa-sqlite/dist/${wasm}`), join(dist, wasm))
  await buildModules()
  await convertToCommonJS()
  await buildInline({ wasmPath: join(dist, wasm), outfile: join(dist, 'inline.js'), target })
  exportFunctionItself(join(dist, 'indexeddbshim.cjs'))
  buildTypes()
  await buildFakeIndexedDB()
  reportSizes()
}

async function buildModules() {
  await build({
    entryPoints: Object.fromEntries([
      ...Object.entries(entries).map(([subpath, source]) => [fileNameOf(subpath), source]),
      ...Object.entries(browserEntries).map(([subpath, source]) => [
        browserFileOf(subpath),
        source,
      ]),
      ...Object.entries(workerScripts).map(([subpath, source]) => [fileNameOf(subpath), source]),
    ]),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:*', 'bun:*', 'vitest'],
    inject: ['src/text-coders.ts'],
    target,
    chunkNames: 'chunk-[hash]',
    plugins: [engineTextIsInline, wasmIsBeside],
    ...readable,
    logLevel: 'warning',
  })
}

/** Only what entries share is made small: tools read from an entry what it exports. */
async function convertToCommonJS() {
  const converted = javascriptFiles().filter(isConverted)
  const [shared, entryFiles] = [true, false].map((isShared) =>
    converted.filter((name) => name.startsWith('chunk-') === isShared),
  )
  // Short names, too: the package has a size to keep to, and the modules beside these have the long ones.
  await convert(shared, { minify: true })
  await convert(entryFiles, {})
}

async function convert(names, options) {
  await build({
    entryPoints: names.map((name) => join(dist, name)),
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
    ...options,
  })
}

/** Makes `require()` give the default export, with the others as its members: so the package it stands in for does. */
function exportFunctionItself(file) {
  appendFileSync(file, 'module.exports = Object.assign(module.exports.default, module.exports)\n')
}

/** Whether a file has a CommonJS twin: what only browsers and workers load has none. */
function isConverted(name) {
  return !name.endsWith('-browser.js') && !/^worker(-node)?\.js$/.test(name)
}

function javascriptFiles() {
  return readdirSync(dist).filter((name) => extname(name) === '.js')
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

/** The sources whose declarations users see. */
function typedSources() {
  return [...Object.values(entries), ...Object.values(browserEntries), inlineEntry.source]
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

function declarationOf(source) {
  return source.replace(/\.ts$/, '.d.ts')
}

function exportsOf([subpath, source]) {
  const name = fileNameOf(subpath)
  const declaration = declarationOf(source)
  return [
    subpath,
    {
      ...browserExportsOf(subpath),
      import: { types: `./${dist}/types/${declaration}`, default: `./${dist}/${name}.js` },
      require: { types: `./${dist}/types-cjs/${declaration}`, default: `./${dist}/${name}.cjs` },
    },
  ]
}

/** For `import` only: test environments that say they are browsers but call `require` run in Node. */
function browserExportsOf(subpath) {
  const source = browserEntries[subpath]
  if (!source) return {}
  const types = `./${dist}/types/${declarationOf(source)}`
  return { browser: { import: { types, default: `./${dist}/${browserFileOf(subpath)}.js` } } }
}

/** The fields of package.json that follow from the entry table. */
function derivedFields() {
  const [scripts, converted] = ['js', 'cjs'].map((extension) =>
    sideEffects
      .map((name) => `${name}.${extension}`)
      .filter((name) => extension === 'js' || isConverted(name.replace('.cjs', '.js')))
      .map((name) => `./${dist}/${name}`),
  )
  return {
    exports: {
      ...Object.fromEntries(Object.entries(entries).map(exportsOf)),
      [inlineEntry.subpath]: {
        types: `./${dist}/types/${declarationOf(inlineEntry.source)}`,
        default: `./${dist}/${fileNameOf(inlineEntry.subpath)}.js`,
      },
      ...Object.fromEntries(
        exportedWorkers.map((subpath) => [subpath, `./${dist}/${fileNameOf(subpath)}.js`]),
      ),
      './package.json': './package.json',
    },
    sideEffects: [...scripts, ...converted],
  }
}

function writeExports() {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  writeFileSync('package.json', `${JSON.stringify({ ...manifest, ...derivedFields() }, null, 2)}\n`)
}

function checkExports() {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const [field, expected] of Object.entries(derivedFields())) {
    if (JSON.stringify(manifest[field]) === JSON.stringify(expected)) continue
    throw new Error(
      `package.json: "${field}" differs from the entry table; run "node esbuild.config.mjs --write-exports"`,
    )
  }
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
