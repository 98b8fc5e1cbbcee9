/** What the sources import, and what of it is wrong: functions from sources to complaints, so that bad samples prove they bite. */
import { posix } from 'node:path'
import type { Rooms } from './rooms.ts'

/** Path → text, paths relative to the project. */
export type Sources = ReadonlyMap<string, string>

/** `a imports b` for each import that no row allows, and each file that lies in no room. */
export function forbiddenImports(
  sources: Sources,
  rooms: Rooms,
  leaves: readonly string[],
): string[] {
  return [...sources].flatMap(([file, text]) => {
    const room = roomOf(file, rooms)
    if (room === undefined) return [`${file} lies in no room`]
    const allowed = [...leaves, ...(rooms[room] ?? [])]
    return importsOf(file, text)
      .filter((target) => roomOf(target, rooms) !== room)
      .filter((target) => !allowed.some((path) => isWithin(target, path)))
      .map((target) => `${file} imports ${target}`)
  })
}

function roomOf(file: string, rooms: Rooms): string | undefined {
  const fitting = Object.keys(rooms).filter((room) => isWithin(file, room))
  return fitting.sort((a, b) => b.length - a.length)[0]
}

/** Whether `path`, a file, a folder or the files of one (`src/*`), is of the file. */
function isWithin(file: string, path: string): boolean {
  if (!path.endsWith('*')) return file.startsWith(path)
  const folder = path.slice(0, -1)
  return file.startsWith(folder) && !file.slice(folder.length).includes('/')
}

/** The first cycle met, as a path that ends where it begins; empty when there is none. */
export function cycleIn(sources: Sources): string[] {
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

/** The files that lead back to themselves, those that lead to each other together; imports of types count. */
export function ringsIn(sources: Sources): string[][] {
  const reached = new Map([...sources.keys()].map((file) => [file, reachedFrom(file, sources)]))
  const leadsTo = (file: string, other: string): boolean => reached.get(file)?.has(other) ?? false
  const onRings = [...sources.keys()].filter((file) => leadsTo(file, file))
  const rings = onRings.map((file) =>
    onRings.filter((other) => leadsTo(file, other) && leadsTo(other, file)),
  )
  return rings.filter(([first], at) => first === onRings[at])
}

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

/** The files that `file` imports, re-exports or loads by `import()`, types included, packages left out; of the platforms, which package.json tells apart, one. */
function importsOf(file: string, text: string): string[] {
  const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([.#][^'"]+)\1/g
  return [...withoutComments(text).matchAll(specifier)].map(
    ([, , path = '']) => onServers[path] ?? posix.join(posix.dirname(file), path),
  )
}

const onServers: Readonly<Record<string, string>> = {
  '#platform': 'src/platform/node.ts',
  '#status': 'src/platform/status/node.ts',
}

/** What is left at run time. */
function withoutTypeImports(text: string): string {
  return text.replace(/^(?:import|export) type\b[^'"]*\bfrom\s*(['"])[^'"]+\1/gm, '')
}

/** `a names b` for each string that is a path from the project's root and leads nowhere. */
export function pathsToNowhere(sources: Sources, exists: (path: string) => boolean): string[] {
  const path = /(['"`])((?:src|vfs|test|wpt|browser-demo)\/[\w./-]+\.\w+)\1/g
  return [...sources].flatMap(([file, text]) =>
    [...withoutComments(text).matchAll(path)]
      .map(([, , named]) => String(named))
      .filter((named) => !exists(named))
      .map((named) => `${file} names ${named}`),
  )
}

/** The files whose code, comments left out, matches. */
export function filesWith(pattern: RegExp, sources: Sources): string[] {
  return [...sources]
    .filter(([, text]) => pattern.test(withoutComments(text)))
    .map(([file]) => file)
}

/** Comments blanked, strings kept; good enough for sources that put no comment marks into regular expressions. */
function withoutComments(text: string): string {
  const stringOrComment = /(['"`])(?:\\[^]|(?!\1)[^\\])*\1|\/\*[^]*?\*\/|(?<![:\\/])\/\/[^\n]*/g
  return text.replace(stringOrComment, (match) => (match.startsWith('/') ? '' : match))
}
