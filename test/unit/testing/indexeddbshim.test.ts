import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { close } from '../../../src/index.ts'
import { setGlobalVars } from '../../../src/indexeddbshim.ts'
import { openLibrary } from './seed.ts'

test('setGlobalVars() puts IndexedDB on the target and returns it', () => {
  const target = {}
  const window = setGlobalVars(target, { memoryDatabase: ':memory:', checkOrigin: false })
  expect(window).toBe(target)
  expect(window.indexedDB).toBeInstanceOf(Reflect.get(window, 'IDBFactory'))
  expect(window.shimIndexedDB).toBe(window.indexedDB)
})

test('databaseBasePath is where the files are', async () => {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-shim-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  const { indexedDB } = setGlobalVars({}, { databaseBasePath: path })
  await openLibrary(indexedDB)
  await close(indexedDB)
  expect(readdirSync(path).some((name) => name.endsWith('.sqlite'))).toBe(true)
})

test('memoryDatabase keeps the databases of two targets apart', async () => {
  const [one, other] = [{}, {}].map((target) => setGlobalVars(target, { memoryDatabase: 'x' }))
  if (one) await openLibrary(one.indexedDB)
  expect(await other?.indexedDB.databases()).toEqual([])
})

test('__setConfig() and __getConfig() know the options, and no others', () => {
  const { shimIndexedDB } = setGlobalVars({}, { memoryDatabase: 'x', useSQLiteIndexes: true })
  shimIndexedDB.__setConfig({ DEBUG: true })
  expect(shimIndexedDB.__getConfig('DEBUG')).toBe(true)
  expect(shimIndexedDB.__getConfig('useSQLiteIndexes')).toBe(true)
  expect(() => setGlobalVars({}, { databasePath: 'x' })).toThrow('"databasePath"')
})
