/** Builds the JavaScript of `dist/`, but for the single file: ES modules for servers, the same as CommonJS, and those for pages. */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, transform } from 'esbuild'
import {
  dist,
  entries,
  fileNameOf,
  modulesOnly,
  nodePlatform,
  nodeWorker,
  pageEntries,
  pageFileOf,
  pageWorker,
  target,
} from './entries.mjs'
import { engineTextIsInline, everyImportStays, wasmIsBeside } from './plugins.mjs'

/** @returns the names of the files it has written */
export async function buildForServers() {
  const sources = Object.entries(entries).map(([subpath, source]) => [fileNameOf(subpath), source])
  const names = await buildModules({
    entryPoints: {
      ...Object.fromEntries(sources),
      [fileNameOf(nodeWorker.subpath)]: nodeWorker.source,
      [nodePlatform.name]: nodePlatform.source,
    },
    conditions: ['node'],
    external: ['node:*', 'bun:*', 'vitest'],
    plugins: [engineTextIsInline, wasmIsBeside],
    chunkNames: 'chunk-[hash]',
  })
  for (const name of names) await makeSmall(join(dist, name))
  return names
}

export async function buildForPages() {
  const sources = pageEntries.map((subpath) => [pageFileOf(subpath), entries[subpath]])
  await buildModules({
    entryPoints: {
      ...Object.fromEntries(sources),
      [fileNameOf(pageWorker.subpath)]: pageWorker.source,
    },
    conditions: ['browser'],
    external: ['vitest'],
    plugins: [wasmIsBeside],
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
  checkTerms(bundledPackages(metafile))
  const names = Object.keys(metafile.outputs).map((path) => basename(path))
  for (const name of names) dropPaths(join(dist, name))
  return names
}

/** The directories of the packages that a build has put into its files. */
export function bundledPackages({ inputs }) {
  const directories = Object.keys(inputs).flatMap(
    (path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? [],
  )
  return [...new Set(directories)].sort()
}

/** The lines in which the bundler says where each source begins: there is no such path in the package. */
export function dropPaths(file) {
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/^\/\/ (?:src|vfs|tool|inspector|node_modules)\/\S+\n/gm, ''))
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

/** Lines stay short, since Node prints the one that throws, and names what they are, since stacks speak of them. */
const small = { minifyWhitespace: true, lineLimit: 100 }

async function makeSmall(file) {
  const { code } = await transform(readFileSync(file, 'utf8'), small)
  writeFileSync(file, code)
}

/**
 * Makes the CommonJS twin of each, but of the worker's script, of what is a module for all, and of what only these need. What is long is made small, as the same
 * code lies beside it to be read; its lines stay short, since Node prints the one that throws, and names what they are.
 */
export async function convertToCommonJS(names) {
  const modules = [nodeWorker.subpath, ...modulesOnly].map((subpath) => `${fileNameOf(subpath)}.js`)
  const isShared = (name) => name.startsWith('chunk-')
  // It has a default export, which checkers of types find in the text, as long as that has its usual form.
  const isPlain = (name) => name === `${fileNameOf('./indexeddbshim')}.js`
  const isOther = (name) => !isShared(name) && !isPlain(name) && !modules.includes(name)
  const needed = neededBy(names.filter((name) => !isShared(name) && !modules.includes(name)))
  await convert([...needed].filter(isShared), { ...small, minifySyntax: true })
  await convert(names.filter(isOther), small)
  await convert(names.filter(isPlain))
}

/** The built files, and those that they import when they load, or that these do. */
function neededBy(names) {
  const found = new Set()
  const visit = (name) => {
    if (found.has(name)) return
    found.add(name)
    const text = readFileSync(join(dist, name), 'utf8')
    for (const [, file] of text.matchAll(/(?:from|import) ?"\.\/([\w-]+\.js)"/g)) visit(file)
  }
  for (const name of names) visit(name)
  return found
}

async function convert(names, options = {}) {
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
