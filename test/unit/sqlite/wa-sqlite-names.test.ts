/** Compares our table of short names with the JavaScript that the engine's package brings for the same file. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import {
  exportNames,
  importNames,
  memoryName,
  constructorsName,
  progressImportNames,
  vfsImportNames,
} from '../../../src/sqlite/binding/wa-sqlite-names.ts'

const glue = readFileSync(
  createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.mjs'),
  'utf8',
)

test('every export has the name that the package gives it', () => {
  const found = Object.keys(exportNames).map((name) => [
    name,
    glue.match(`Module\\["${name}"\\]=wasmExports\\["([^"]+)"\\]`)?.[1],
  ])
  expect(Object.fromEntries(found)).toEqual(exportNames)
})

test('memory and constructors have the names that the package gives them', () => {
  expect(glue).toContain(`wasmMemory=wasmExports["${memoryName}"]`)
  expect(glue).toContain(`TTY.init();wasmExports["${constructorsName}"]()`)
})

test('every import has the name that the package gives it', () => {
  const list = glue.match(/wasmImports=\{([^}]*)\}/)?.[1] ?? ''
  const known = Object.fromEntries(
    list.split(',').map((entry) => entry.split(':').reverse() as [string, string]),
  )
  const ours = { ...importNames, ...vfsImportNames, ...progressImportNames }
  const found = Object.keys(ours).map((name) => [name, known[name]])
  expect(Object.fromEntries(found)).toEqual(ours)
})
