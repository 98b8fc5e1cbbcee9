import { expect, test } from 'vitest'
import {
  cycleIn,
  filesWith,
  forbiddenImports,
  pathsToNowhere,
  ringsIn,
  type Sources,
} from './imports.ts'
import { domExceptionMade, sqlText } from './in-one-place.ts'
import { leaves, otherRooms, sourceRooms } from './rooms.ts'

const complaintsOf = (samples: Record<string, string>): string[] =>
  forbiddenImports(sourcesOf(samples), { ...sourceRooms, ...otherRooms }, [])

test('an upward import, a type-only one and a re-export included, is a complaint', () => {
  const bad = {
    'src/keys/a.ts': `import type { Core } from '../core/core.ts'`,
    'src/core/b.ts': `export {\n  host,\n} from '../host/host.ts'`,
    'src/api/c.ts': `const host = await import('../protocol/protocol.ts')`,
    'vfs/d.ts': `import '../src/sqlite/sqlite.ts'`,
    'src/index.ts': `import { completion } from '../test/kit/promises.ts'`,
    'src/api/e.ts': `import { platform } from '#platform'`,
  }
  expect(complaintsOf(bad)).toEqual([
    'src/keys/a.ts imports src/core/core.ts',
    'src/core/b.ts imports src/host/host.ts',
    'src/api/c.ts imports src/protocol/protocol.ts',
    'vfs/d.ts imports src/sqlite/sqlite.ts',
    'src/index.ts imports test/kit/promises.ts',
    'src/api/e.ts imports src/platform/node.ts',
  ])
})

test('an import within a room, along an arrow, of a leaf or by an entry is none', () => {
  const good = sourcesOf({
    'src/keys/a.ts': `import { b } from './b.ts'\nimport { domException } from '../errors.ts'`,
    'src/core/c.ts': `import type { Host } from '../protocol/protocol.ts'`,
    'src/api/global/d.ts': `import type { IndexedDBOptions } from '../../options/indexeddb-options.ts'`,
    'src/index.ts': `import { memory } from '../vfs/memory.ts'`,
  })
  expect(forbiddenImports(good, sourceRooms, leaves)).toEqual([])
})

test('a file in no room is a complaint', () => {
  expect(
    complaintsOf({ 'tools/a.ts': '', 'src/parts/b.ts': '', 'test/suites/new/c.mjs': '' }),
  ).toEqual([
    'tools/a.ts lies in no room',
    'src/parts/b.ts lies in no room',
    'test/suites/new/c.mjs lies in no room',
  ])
})

test('a suite that imports another, a kit that imports a test and a unit test that looks up are complaints', () => {
  const bad = {
    'test/suites/crash/a.ts': `import { plan } from '../faults/plan.ts'`,
    'test/suites/model/b.ts': `import { seed } from '../../unit/testing/seed.ts'`,
    'test/kit/c.ts': `import { findSuite } from '../../wpt/suite.ts'`,
    'test/unit/keys/d.test.ts': `import { openCursor } from '../../../src/core/cursor.ts'`,
    'test/unit/keys/e.test.ts': `import { seed } from '../testing/seed.ts'`,
    'wpt/f.ts': `import { createIndexedDB } from '../src/index.ts'`,
    'browser-demo/g.ts': `import { memory } from '../vfs/memory.ts'`,
  }
  expect(complaintsOf(bad)).toEqual([
    'test/suites/crash/a.ts imports test/suites/faults/plan.ts',
    'test/suites/model/b.ts imports test/unit/testing/seed.ts',
    'test/kit/c.ts imports wpt/suite.ts',
    'test/unit/keys/d.test.ts imports src/core/cursor.ts',
    'test/unit/keys/e.test.ts imports test/unit/testing/seed.ts',
    'wpt/f.ts imports src/index.ts',
    'browser-demo/g.ts imports vfs/memory.ts',
  ])
})

test('a unit test may import its room, what lies below it, entries and the kit', () => {
  const good = {
    'test/unit/core/a.test.ts': `import { b } from '../../../src/core/b.ts'
import { encodeKey } from '../../../src/keys/encode.ts'
import { createIndexedDB } from '../../../src/index.ts'
import { completion } from '../../kit/promises.ts'`,
    'test/suites/browser/main.ts': `import { main } from '../../../wpt/browser/main.ts'`,
  }
  expect(complaintsOf(good)).toEqual([])
})

test('a cycle is found and spelled out', () => {
  const bad = sourcesOf({
    'src/keys/a.ts': `import { b } from './b.ts'`,
    'src/keys/b.ts': `import { c } from './c.ts'`,
    'src/keys/c.ts': `import { a } from './a.ts'`,
  })
  expect(cycleIn(bad)).toEqual(['src/keys/a.ts', 'src/keys/b.ts', 'src/keys/c.ts', 'src/keys/a.ts'])
})

test('two files whose types name each other are no cycle', () => {
  const good = sourcesOf({
    'src/core/a.ts': `import { b } from './b.ts'`,
    'src/core/b.ts': `import type { A } from './a.ts'\nexport type {\n  A,\n} from './a.ts'`,
  })
  expect(cycleIn(good)).toEqual([])
})

test('a ring is found when its files name each other by types only', () => {
  const bad = sourcesOf({
    'src/keys/a.ts': `import type { B } from './b.ts'`,
    'src/keys/b.ts': `import type { C } from './c.ts'`,
    'src/keys/c.ts': `export type { A } from './a.ts'`,
    'src/keys/d.ts': `import { a } from './a.ts'`,
  })
  expect(ringsIn(bad)).toEqual([['src/keys/a.ts', 'src/keys/b.ts', 'src/keys/c.ts']])
})

test('a path that leads nowhere is found, and one in a comment is not looked at', () => {
  const bad = sourcesOf({
    'test/run.mjs': `run('node', 'test/old/run.mjs')\nrun('node', 'test/new/run.mjs') // not 'test/older.mjs'`,
  })
  expect(pathsToNowhere(bad, (path) => path === 'test/new/run.mjs')).toEqual([
    'test/run.mjs names test/old/run.mjs',
  ])
})

test('SQL and DOMException are found where they are, and not in prose', () => {
  const samples = sourcesOf({
    'src/core/a.ts': 'const sql = `SELECT key FROM records`',
    'src/core/b.ts': `run('create table t (x)')`,
    'src/core/c.ts': `throw new DOMException('no', 'DataError')`,
    'src/core/d.ts': `throw new globalThis.DOMException('no')`,
    'src/core/e.ts': `// select a record from the store; new DOMException is not for us\nconst from = 'delete'`,
  })
  expect(filesWith(sqlText, samples)).toEqual(['src/core/a.ts', 'src/core/b.ts'])
  expect(filesWith(domExceptionMade, samples)).toEqual(['src/core/c.ts', 'src/core/d.ts'])
})

function sourcesOf(samples: Record<string, string>): Sources {
  return new Map(Object.entries(samples))
}
