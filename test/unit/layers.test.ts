/**
 * Holds the sources to the rooms they are built in: who may import whom, no cycles, and the few things that may be
 * written in one place only. The checks are functions from sources to complaints, so that bad samples prove they bite.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'

/** Room → what its files may import besides the room itself and the leaves. The first that matches counts. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'src/base/own-property.ts': [],
  'src/errors.ts': [],
  'src/base/node-callbacks.ts': [],
  'src/base/stack-room.ts': [],
  'src/base/workerd.ts': [],
  'src/base/': [],
  'src/bytes/': [],
  'src/keys/': ['src/bytes/'],
  'src/kept/': [],
  'src/event-loop/': [],
  'src/values/': ['src/bytes/', 'src/keys/', 'src/kept/'],
  'src/storage/': ['src/bytes/', 'src/keys/'],
  'src/files/': ['src/bytes/'],
  'src/sqlite/': ['src/bytes/', 'src/files/', 'src/keys/', 'src/storage/'],
  'vfs/': ['src/files/', 'src/files/vfs.ts'],
  'src/protocol/': ['src/bytes/', 'src/keys/', 'src/kept/', 'src/storage/'],
  'src/host/': [
    'src/bytes/',
    'src/protocol/',
    'src/storage/',
    'src/keys/',
    'src/values/',
    'src/kept/',
    'src/event-loop/',
  ],
  'src/port/': [
    'src/bytes/',
    'src/protocol/',
    'src/storage/',
    'src/keys/',
    'src/values/',
    'src/kept/',
    'src/event-loop/',
  ],
  'src/events/': ['src/event-loop/'],
  'src/core/': [
    'src/bytes/',
    'src/events/',
    'src/keys/',
    'src/values/',
    'src/kept/',
    'src/protocol/',
    'src/protocol/protocol.ts',
    'src/event-loop/',
  ],
  'src/api/global/': ['src/api/', 'src/options/', 'src/storage/', 'src/values/'],
  'src/api/': ['src/core/', 'src/events/', 'src/keys/'],
  'src/options/': ['src/files/', 'src/port/', 'src/storage/', 'src/events/'],
  'src/hosting/': [
    'src/api/',
    'src/core/',
    'src/host/',
    'src/port/',
    'src/protocol/',
    'src/sqlite/',
    'src/files/',
    'src/options/',
    'vfs/memory.ts',
  ],
  'src/platform/': ['src/hosting/', 'src/options/', 'src/port/', 'src/event-loop/', 'vfs/'],
  'src/testing/': ['src/', 'vfs/', 'test/suites/faults/'],
}

/** Every room may import them. */
const leaves = [
  'src/base/',
  'src/errors.ts',
  'src/base/node-callbacks.ts',
  'src/base/own-property.ts',
  'src/base/stack-room.ts',
  'src/base/workerd.ts',
]

/** Path → text, paths relative to the project. */
type Sources = ReadonlyMap<string, string>

const sources = readSources(['src', 'vfs'])

test('every import follows the arrows between the rooms', () => {
  expect(forbiddenImports(sources)).toEqual([])
})

test('an upward import, a type-only one and a re-export included, is a complaint', () => {
  const bad = sourcesOf({
    'src/keys/a.ts': `import type { Core } from '../core/core.ts'`,
    'src/core/b.ts': `export {\n  host,\n} from '../host/host.ts'`,
    'src/api/c.ts': `const host = await import('../protocol/protocol.ts')`,
    'vfs/d.ts': `import '../src/sqlite/sqlite.ts'`,
  })
  expect(forbiddenImports(bad)).toEqual([
    'src/keys/a.ts imports src/core/core.ts',
    'src/core/b.ts imports src/host/host.ts',
    'src/api/c.ts imports src/protocol/protocol.ts',
    'vfs/d.ts imports src/sqlite/sqlite.ts',
  ])
})

test('an import within a room, along an arrow, of the leaf or by a composition root is none', () => {
  const good = sourcesOf({
    'src/keys/a.ts': `import { b } from './b.ts'\nimport { domException } from '../errors.ts'`,
    'src/core/c.ts': `import type { Host } from '../protocol/protocol.ts'`,
    'src/index.ts': `import { memory } from '../../vfs/memory.ts'`,
  })
  expect(forbiddenImports(good)).toEqual([])
})

test('no file needs itself by way of others when it loads', () => {
  expect(cycleIn(sources)).toEqual([])
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

test('the types of a room form no ring, but for the core of the specification, where they do', () => {
  const rings = ringsIn(sources).filter(
    (ring) => !ring.every((file) => file.startsWith('src/core/')),
  )
  expect(rings).toEqual([])
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

test('DOMException is made in errors.ts alone', () => {
  expect(filesWith(domExceptionMade, sources)).toEqual(['src/errors.ts'])
})

test('SQL is written in src/sqlite alone, but for the lock that the runtime holds with its own SQLite', () => {
  const others = filesWith(sqlText, sources).filter((file) => !file.startsWith('src/sqlite/'))
  expect(others).toEqual(['vfs/node/kernel-lock.ts'])
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

const domExceptionMade = /\bnew (?:globalThis\.)?(?:Native)?DOMException\b/

/** A string or template that begins as a statement does. */
const sqlText =
  /['"`]\s*(?:select\s[^'"`]*\bfrom\b|insert\s+(?:or \w+ )?into\b|update\s+\w+\s+set\b|delete\s+from\b|(?:create|drop|alter)\s+(?:table|index|view|trigger)\b|pragma\s|begin\s+immediate\b|savepoint\s|with\s+recursive\b)/i

/** `a imports b` for each import that no arrow allows. */
function forbiddenImports(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => {
    const room = roomOf(file)
    if (room === undefined) return []
    const allowed = [room, ...leaves, ...(rooms[room] ?? [])]
    return importsOf(file, text)
      .filter((target) => !allowed.some((prefix) => target.startsWith(prefix)))
      .map((target) => `${file} imports ${target}`)
  })
}

/** The room `file` lies in; undefined for a composition root, which may import anything. */
function roomOf(file: string): string | undefined {
  return Object.keys(rooms).find((room) => file.startsWith(room))
}

/** The files that `file` imports, re-exports or loads by `import()`, types included; packages left out. */
function importsOf(file: string, text: string): string[] {
  const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.[^'"]+)\1/g
  return [...withoutComments(text).matchAll(specifier)].map(([, , path]) =>
    posix.join(posix.dirname(file), String(path)),
  )
}

/** The first cycle met, as a path that ends where it begins; empty when there is none. */
function cycleIn(sources: Sources): string[] {
  const finished = new Set<string>()
  for (const file of sources.keys()) {
    const cycle = cycleFrom(file, { sources, finished, path: [] })
    if (cycle.length > 0) return cycle
  }
  return []
}

interface Walk {
  readonly sources: Sources
  /** Files known to lead to no cycle. */
  readonly finished: Set<string>
  readonly path: readonly string[]
}

function cycleFrom(file: string, { sources, finished, path }: Walk): string[] {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
  if (finished.has(file)) return []
  for (const target of importsOf(file, withoutTypeImports(sources.get(file) ?? ''))) {
    const cycle = cycleFrom(target, { sources, finished, path: [...path, file] })
    if (cycle.length > 0) return cycle
  }
  finished.add(file)
  return []
}

/** The files that lead back to themselves, those that lead to each other together. */
function ringsIn(sources: Sources): string[][] {
  const reached = new Map([...sources.keys()].map((file) => [file, reachedFrom(file, sources)]))
  const leadsTo = (file: string, other: string): boolean => reached.get(file)?.has(other) ?? false
  const onRings = [...sources.keys()].filter((file) => leadsTo(file, file))
  const rings = onRings.map((file) =>
    onRings.filter((other) => leadsTo(file, other) && leadsTo(other, file)),
  )
  return rings.filter(([first], at) => first === onRings[at])
}

/** Every file that imports lead to, those of types included. */
function reachedFrom(file: string, sources: Sources): Set<string> {
  const reached = new Set<string>()
  const next = [file]
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    for (const target of importsOf(at, sources.get(at) ?? '')) {
      if (reached.has(target) || !sources.has(target)) continue
      reached.add(target)
      next.push(target)
    }
  }
  return reached
}

/** What is left at run time. */
function withoutTypeImports(text: string): string {
  return text.replace(/^(?:import|export) type\b[^'"]*\bfrom\s*(['"])[^'"]+\1/gm, '')
}

function filesWith(pattern: RegExp, sources: Sources): string[] {
  return [...sources]
    .filter(([, text]) => pattern.test(withoutComments(text)))
    .map(([file]) => file)
}

/** Comments blanked, strings kept; good enough for sources that put no comment marks into regular expressions. */
function withoutComments(text: string): string {
  const stringOrComment = /(['"`])(?:\\[^]|(?!\1)[^\\])*\1|\/\*[^]*?\*\/|(?<![:\\/])\/\/[^\n]*/g
  return text.replace(stringOrComment, (match) => (match.startsWith('/') ? '' : match))
}

function readSources(folders: readonly string[]): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => posix.join(folder, name.replaceAll('\\', '/'))),
  )
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
}

function sourcesOf(samples: Record<string, string>): Sources {
  return new Map(Object.entries(samples))
}
