/** Builds the JavaScript of `dist/`, but for the single file: ES modules for servers and pages, and those of servers as CommonJS. */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { forPages, pagesOf } from './both.mjs'
import {
  dist,
  entries,
  families,
  fileNameOf,
  hasPageFile,
  modulesOnly,
  nodePlatform,
  nodeWorker,
  pageEntries,
  pageFileOf,
  pageWorker,
  target,
} from './entries.mjs'
import {
  basicsAreTogether,
  builtinsAreAsked,
  engineTextIsInline,
  everyImportStays,
  injectedBasics,
  wasmIsBeside,
} from './plugins.mjs'
import { together } from './together.mjs'

/** Lines stay short, since Node prints the one that throws, and names what they are, since stacks speak of them. */
const small = { minifyWhitespace: true, lineLimit: 160, minifySyntax: true }

const options = {
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  inject: ['src/base/text-coders.ts', injectedBasics],
  plugins: [basicsAreTogether],
  external: ['node:*', 'bun:*', 'vitest', 'pg'],
  chunkNames: 'chunk-[hash]',
  target,
  metafile: true,
  logLevel: 'warning',
  ...small,
}

/** Writes the ES modules. @returns the names of those that `require()` leads to */
export async function buildModules() {
  const pages = await entryPointsForPages()
  const entryPoints = { ...entryPointsForServers(), ...pages.entryPoints }
  const plugins = [
    ...options.plugins,
    pages.plugin,
    builtinsAreAsked,
    engineTextIsInline,
    wasmIsBeside,
  ]
  const all = { ...options, conditions: ['node'] }
  const apart = await build({ ...all, entryPoints, plugins, write: false })
  const joined = together(families, entryPoints, apart.metafile)
  const { metafile } = await build({
    ...all,
    entryPoints: joined.entryPoints,
    plugins: [joined.plugin, ...plugins],
  })
  checkTerms(bundledPackages(metafile))
  const required = Object.keys(entries).filter((subpath) => !modulesOnly.includes(subpath))
  return reachedFrom([...required.map(fileNameOf), nodePlatform.name], metafile)
}

function entryPointsForServers() {
  const sources = Object.entries(entries).map(([subpath, source]) => [fileNameOf(subpath), source])
  return {
    ...Object.fromEntries(sources),
    [fileNameOf(nodeWorker.subpath)]: nodeWorker.source,
    [nodePlatform.name]: nodePlatform.source,
  }
}

/** @throws when the table does not say rightly which entries pages have files of their own for */
async function entryPointsForPages() {
  const sources = [...pageEntries.map((subpath) => entries[subpath]), pageWorker.source]
  const { differs, plugin } = await pagesOf(sources, options)
  for (const subpath of pageEntries) {
    if (differs(entries[subpath]) === hasPageFile(subpath)) continue
    throw new Error(
      `build/entries.mjs: "entriesThatDiffer" is wrong about ${subpath}: add it, or remove it`,
    )
  }
  const entryPoints = {
    ...Object.fromEntries(
      pageEntries
        .filter(hasPageFile)
        .map((subpath) => [pageFileOf(subpath), forPages(entries[subpath])]),
    ),
    [fileNameOf(pageWorker.subpath)]: forPages(pageWorker.source),
  }
  return { entryPoints, plugin }
}

/** The names of these files, and of all that they import when they load. */
function reachedFrom(names, { outputs }) {
  const files = new Set(names.map((name) => `${dist}/${name}.js`))
  for (const file of files) {
    for (const { path, kind } of outputs[file].imports) {
      if (kind === 'import-statement' && path in outputs) files.add(path)
    }
  }
  return [...files].map((file) => basename(file))
}

/** The directories of the packages that a build has put into its files. */
export function bundledPackages({ inputs }) {
  const directories = Object.keys(inputs).flatMap(
    (path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? [],
  )
  return [...new Set(directories)].sort()
}

/** @throws if THIRD_PARTY_LICENSES does not name a package that is bundled, with its version */
function checkTerms(packages) {
  const known = readFileSync('THIRD_PARTY_LICENSES', 'utf8')
  for (const directory of packages) {
    const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    if (!known.includes(`${name} ${version}`)) {
      throw new Error(`${name} ${version} is bundled, which THIRD_PARTY_LICENSES does not say`)
    }
  }
}

/** Makes the CommonJS twin of each. */
export async function convertToCommonJS(names) {
  // It has a default export, which checkers of types find in the text, as long as that has its usual form.
  const plain = `${fileNameOf('./indexeddbshim')}.js`
  await convert(
    names.filter((name) => name !== plain),
    small,
  )
  await convert([plain])
}

/** What tells the names of a CommonJS file to `import`, which is never given the parts that entries share: `0 && (module.exports = {…})`. */
const namesForImport = /0\s*&&\s*\(module\.exports\s*=\s*\{[^{}]*\}\);?\s*$/

async function convert(names, layout = {}) {
  const { outputFiles } = await build({
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
    write: false,
    ...layout,
  })
  for (const { path, text } of outputFiles) {
    writeFileSync(
      path,
      basename(path).startsWith('chunk-') ? text.replace(namesForImport, '') : text,
    )
  }
}
