/**
 * Builds `dist/` from the sources: ES modules, CommonJS, type declarations, and the engine's `.wasm` beside them.
 *
 * - ES modules (`dist/*.js`), bundled with code splitting, so that what two entries share exists once. They keep their names
 *   and have short lines: Node prints the line that throws, and the stacks name functions. Servers and pages share what does
 *   not lead to a platform; entries that do have a file for pages, too (`dist/*-browser.js`), which leads to nothing that only
 *   Node has.
 * - CommonJS (`dist/*.cjs`) is those that servers load, converted one by one, chunks included: esbuild cannot split CommonJS,
 *   and an entry bundled alone would carry its own copy of every class. The two graphs share nothing but the `.wasm`;
 *   loaded side by side they meet in the registries that the sources keep under `Symbol.for` keys.
 * - All JavaScript lies flat in one folder, so that `new URL('./wa-sqlite.wasm', import.meta.url)` is right in each file.
 * - Programs with libraries of their own (`dist/tool`, …) lie in folders, each with the terms of those libraries.
 * - Declarations come from tsc, file by file, marked CommonJS (`dist/types-cjs`); those for `import` pass them on (`dist/types`).
 *
 * `--sizes` lists what was built. `node esbuild.config.mjs --write-exports` puts the entry tables into package.json; a build whose package.json
 * differs from them fails.
 */
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  checkExports,
  dist,
  entries,
  programs,
  target,
  wasm,
  writeExports,
} from './build/entries.mjs'
import { buildInline } from './build/inline.mjs'
import { buildModules, convertToCommonJS } from './build/modules.mjs'
import { buildPrograms } from './build/programs.mjs'
import { buildTypes } from './build/types.mjs'
import { buildFakeIndexedDB } from './packages/fake-indexeddb/build.mjs'

if (process.argv.includes('--write-exports')) writeExports()
else await buildAll()

async function buildAll() {
  checkExports()
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  cpSync(createRequire(import.meta.url).resolve(`wa-sqlite/dist/${wasm}`), join(dist, wasm))
  await convertToCommonJS(await buildModules())
  await buildInline({ wasmPath: join(dist, wasm), outfile: join(dist, 'inline.js'), target })
  exportFunctionItself(join(dist, 'indexeddbshim.cjs'))
  checkNamedFiles()
  await buildPrograms()
  buildTypes()
  await buildFakeIndexedDB()
  reportSizes()
}

/** Makes `require()` give the default export, with the others as its members: so the package it stands in for does. */
function exportFunctionItself(file) {
  appendFileSync(file, 'module.exports = Object.assign(module.exports.default, module.exports)\n')
}

/** @throws if a built file names another, as the script of a worker or to be loaded later, that is not there */
function checkNamedFiles() {
  const names = new Set(readdirSync(dist))
  for (const file of [...names].filter((name) => /\.c?js$/.test(name))) {
    const text = readFileSync(join(dist, file), 'utf8')
    for (const [, named] of text.matchAll(/["'`]\.\/([\w-]+\.(?:c?js|wasm))["'`]/g)) {
      if (!names.has(named)) throw new Error(`${dist}/${file} names ${named}, which is not built`)
    }
  }
}

function reportSizes() {
  const folders = ['', ...programs.map(({ name }) => name)]
  const names = folders
    .flatMap((folder) => readdirSync(join(dist, folder)).map((name) => join(folder, name)))
    .filter((name) => /\.(js|cjs|wasm)$/.test(name))
  for (const name of process.argv.includes('--sizes') ? names.sort() : []) {
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
