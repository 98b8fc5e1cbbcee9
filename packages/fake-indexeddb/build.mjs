/**
 * Builds the package that stands in for fake-indexeddb: `dist/`, and the files `auto/` and `lib/` that people import by
 * their path. They are real files, since Jest before version 28 does not read "exports". Needs the declarations of the
 * main package.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const [dist, auto, lib] = ['dist', 'auto', 'lib'].map((name) => join(here, name))

/** File in `lib/` → the export it gives. */
const deepImports = Object.fromEntries([
  ...[
    'Cursor',
    'CursorWithValue',
    'Database',
    'Factory',
    'Index',
    'KeyRange',
    'ObjectStore',
    'OpenDBRequest',
    'Record',
    'Request',
    'Transaction',
    'VersionChangeEvent',
  ].map((name) => [`FDB${name}`, `IDB${name}`]),
  ['fakeIndexedDB', 'indexedDB'],
  ['forceCloseDatabase', 'forceCloseDatabase'],
])

/** Writes `dist/`, `auto/` and `lib/`. */
export async function buildFakeIndexedDB() {
  checkExports()
  for (const directory of [dist, auto, lib]) rmSync(directory, { recursive: true, force: true })
  await buildModules('esm', 'js')
  await buildModules('cjs', 'cjs')
  cpSync(join(here, 'src', 'load-testing.cjs'), join(dist, 'load-testing.cjs'))
  buildTypes()
  writeAuto()
  writeDeepImports()
}

async function buildModules(format, extension) {
  await build({
    entryPoints: ['index', 'auto'].map((name) => join(here, 'src', `${name}.ts`)),
    outdir: dist,
    outExtension: { '.js': `.${extension}` },
    bundle: true,
    format,
    platform: 'node',
    target: ['es2022', 'node20.19'],
    banner: format === 'cjs' ? { js: `'use strict'` } : {},
    plugins: [everyImportStays(format, extension)],
    logLevel: 'warning',
  })
}

function everyImportStays(format, extension) {
  return {
    name: 'every-import-stays',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined
        const isTesting = path === 'idb-everywhere/testing' && format === 'cjs'
        if (isTesting) return { path: './load-testing.cjs', external: true }
        return { path: path.replace(/^(\..*)\.ts$/, `$1.${extension}`), external: true }
      })
    },
  }
}

function buildTypes() {
  const require = createRequire(import.meta.url)
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
  const configuration = join(dist, 'tsconfig.json')
  const types = join('..', '..', '..', 'dist', 'types', 'src')
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: '../../../tsconfig.json',
      compilerOptions: {
        paths: { 'idb-everywhere/testing': [join(types, 'testing.d.ts')] },
        rootDir: '../src',
        outDir: '.',
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
      },
      include: ['../src'],
      exclude: [],
    }),
  )
  execFileSync(process.execPath, [tsc, '--project', configuration], { stdio: 'inherit' })
  rmSync(configuration)
  rmSync(join(dist, 'auto.d.ts'))
  renameSync(join(dist, 'index.d.ts'), join(dist, 'index.d.cts'))
  cpSync(join(dist, 'index.d.cts'), join(dist, 'index.d.ts'))
}

function writeAuto() {
  write(auto, {
    'package.json': '{ "type": "commonjs" }\n',
    'index.js': `require('../dist/auto.cjs')\n`,
    'index.mjs': `import '../dist/auto.js'\n`,
    'index.d.ts': 'export {}\n',
    'index.d.mts': 'export {}\n',
  })
}

function writeDeepImports() {
  const files = { 'package.json': '{ "type": "commonjs" }\n' }
  for (const [file, name] of Object.entries(deepImports)) {
    files[`${file}.js`] = `module.exports = require('../dist/index.cjs').${name}\n`
    files[`${file}.mjs`] = `export { ${name} as default } from '../dist/index.js'\n`
    files[`${file}.d.ts`] = `import { ${name} } from '../dist/index.cjs'\nexport = ${name}\n`
    files[`${file}.d.mts`] = `export { ${name} as default } from '../dist/index.js'\n`
  }
  write(lib, files)
}

function write(directory, files) {
  mkdirSync(directory)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
}

function checkExports() {
  const { exports } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
  const expected = Object.fromEntries([
    ['.', conditions('./dist/index', { esm: ['d.ts', 'js'], cjs: ['d.cts', 'cjs'] })],
    ...['auto/index', ...Object.keys(deepImports).map((file) => `lib/${file}`)].map((path) => [
      `./${path.replace('/index', '')}`,
      conditions(`./${path}`, { esm: ['d.mts', 'mjs'], cjs: ['d.ts', 'js'] }),
    ]),
    ['./package.json', './package.json'],
  ])
  if (JSON.stringify(exports) === JSON.stringify(expected)) return
  throw new Error(
    `packages/fake-indexeddb/package.json: "exports" must be ${JSON.stringify(expected, null, 2)}`,
  )
}

function conditions(path, { esm, cjs }) {
  const [forImport, forRequire] = [esm, cjs].map(([types, script]) => ({
    types: `${path}.${types}`,
    default: `${path}.${script}`,
  }))
  return { import: forImport, require: forRequire }
}
