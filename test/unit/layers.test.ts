/**
 * Holds the project to the rooms it is built in: who may import whom, no cycles, and the few things that may be written
 * in one place only. That the rules bite is tested on bad samples, in `layers/samples.test.ts`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import {
  cycleIn,
  filesWith,
  forbiddenImports,
  pathsToNowhere,
  ringsIn,
  type Sources,
} from './layers/imports.ts'
import { domExceptionMade, sqlText } from './layers/in-one-place.ts'
import { leaves, otherRooms, sourceRooms } from './layers/rooms.ts'

const sources = sourcesIn(['src', 'vfs'])
const others = sourcesIn([
  'test',
  'wpt',
  'browser-demo',
  'tool',
  'inspector',
  'build',
  'packages',
  '.',
])

test('every import of the sources follows the arrows between the rooms', () => {
  expect(forbiddenImports(sources, sourceRooms, leaves)).toEqual([])
})

test('every import of tests, demo and build stays within what its room may import', () => {
  expect(forbiddenImports(others, otherRooms, [])).toEqual([])
})

test('no file of the sources needs itself by way of others when it loads', () => {
  expect(cycleIn(sources)).toEqual([])
})

test('the types of a room form no ring, but for the core of the specification, where they do', () => {
  const rings = ringsIn(sources).filter(
    (ring) => !ring.every((file) => file.startsWith('src/core/')),
  )
  expect(rings).toEqual([])
})

test('tests, demo and build form no ring', () => {
  expect(ringsIn(others)).toEqual([])
})

test('a path in the code leads to a file that is there', () => {
  expect(pathsToNowhere(new Map([...sources, ...others]), existsSync)).toEqual([])
})

test('DOMException is made in errors.ts alone', () => {
  expect(filesWith(domExceptionMade, sources)).toEqual(['src/errors.ts'])
})

test('SQL is written in src/sqlite and src/remote alone, but for the lock that the runtime holds with its own SQLite', () => {
  const elsewhere = filesWith(sqlText, sources).filter(
    (file) => !/^src\/(?:sqlite|remote)\//.test(file),
  )
  expect(elsewhere).toEqual(['vfs/node/kernel-lock.ts'])
})

/** All code in the folders; of the project's root (`.`) the files in it alone. */
function sourcesIn(folders: readonly string[]): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !isLeftOut(file)),
  )
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
}

/** What a build has made, projects that the package is tried in, and files that hold code as text. */
function isLeftOut(file: string): boolean {
  return (
    ['packages/fake-indexeddb/build.mjs', 'test/unit/layers/samples.test.ts'].includes(file) ||
    /^packages\/[^/]+\/(?:dist|auto|lib)\//.test(file) ||
    /^test\/suites\/package\/[^/]+\//.test(file) ||
    file.includes('node_modules/')
  )
}
