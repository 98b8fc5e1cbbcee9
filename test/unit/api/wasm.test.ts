/** The option `wasm`: the compiled engine from the user's hands. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { compose } from '../../../src/hosting/composition.ts'
import { platform } from '../../../src/platform/node.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

const bytes = readFileSync(createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.wasm'))
const engine = new WebAssembly.Module(bytes)
/** Valid, and nothing else: its eight bytes are the shortest module. */
const another = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))

/** On a platform that finds no engine itself. */
function factoryWith(wasm: object) {
  const loadWasm = () => Promise.reject(new Error('There is none here'))
  return compose({ ...platform, loadWasm }).createIndexedDB({ vfs: memory(), wasm })
}

test.each([
  ['a module', () => engine],
  ['a promise of one', () => WebAssembly.compile(bytes)],
])('%s is used, where the platform has none', async (_, wasm) => {
  const database = await openDatabase(factoryWith(wasm()), (it) => it.createObjectStore('s'))
  await resultOf(database.transaction('s', 'readwrite').objectStore('s').put(1, 'a'))
  expect(await resultOf(database.transaction('s').objectStore('s').get('a'))).toBe(1)
})

test.each([
  ['an object', {}],
  ['an array', []],
  ['the bytes', bytes],
  ['a path', 'wa-sqlite.wasm'],
])('%s in its place: a TypeError', (_, wasm) => {
  expect(() => factoryWith(wasm as object)).toThrow(/^Expected option "wasm" to be the WebAssembly/)
})

test.each([
  ['a module of something else', () => another, /not the wa-sqlite\.wasm of this version/],
  ['a promise of no module', () => Promise.resolve(bytes), /"wasm" was a promise of something/],
  ['a promise that rejects', () => Promise.reject(new Error('offline')), /offline/],
])('%s fails what is asked, saying so', async (_, wasm, message) => {
  const opened = resultOf(factoryWith(wasm()).open('a'))
  await expect(opened).rejects.toMatchObject({ name: 'UnknownError', message })
})
