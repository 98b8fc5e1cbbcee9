/**
 * Holds functions, files and rooms to the sizes that people read easily. What is larger has a reason, which stands here. The
 * checks are functions from sources to complaints, so that bad samples prove they bite.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { parseAst } from 'vitest/node'

const longestFunction = 40
const longestFile = 400
const mostFiles = 15

/** `file name` → why that function may be longer. */
const longFunctions: Readonly<Record<string, string>> = {
  'inspector/view/value/describe.ts describeTagged': 'a flat switch over the types of values',
  'src/testing/fault-vfs.ts directoryOver': 'a literal with the short methods of a directory',
  'src/testing/fault-vfs.ts fileOver': 'a literal with the short methods of a file',
  'src/values/write/write-value.ts beginObject': 'a flat switch over the kinds of objects',
}

/** Functions there are lists of tests, which are short each. */
const testLists = /^src\/testing\/(?:storage|vfs)-conformance\//

/** Room → why it may have more files. */
const fullRooms: Readonly<Record<string, string>> = {
  'src/api': 'a file for each interface of the specification, and what only they use',
}

/** What script imports, and `errors.ts`. */
const entries =
  /^src\/(?:errors|auto|auto-memory|index|index-[a-z]+|diagnostics|extras|indexeddbshim|inline|maintenance|snapshot|snapshot-formats|status|testing|worker|worker-[a-z]+)\.ts$/

/** Path → text, paths relative to the project. */
type Sources = ReadonlyMap<string, string>

const sources = sourcesIn([
  'src',
  'vfs',
  'inspector',
  'wpt',
  'browser-demo',
  'tool',
  'packages',
  'build',
])

test('no function is longer than 40 lines but those with a reason', () => {
  const long = [...sources]
    .filter(([file]) => !testLists.test(file))
    .flatMap(([file, text]) => longFunctionsIn(file, text))
  expect(long).toEqual(Object.keys(longFunctions))
})

test('a long function is found by its name, inner ones and methods included, a short one is not', () => {
  const lines = '\n'.repeat(longestFunction)
  const text = `class A { m() {${lines}} }\nconst f = () => {\nfunction g() {${lines}}}\nfunction h() {}`
  expect(longFunctionsIn('a.ts', text)).toEqual(['a.ts m', 'a.ts f', 'a.ts g'])
})

test('no file is longer than 400 lines', () => {
  const long = [...sources].filter(([, text]) => text.split('\n').length - 1 > longestFile)
  expect(long.map(([file]) => file)).toEqual([])
})

test('no room has more than 15 files beside each other', () => {
  expect(roomsWithMore(mostFiles, [...sources.keys()])).toEqual(Object.keys(fullRooms))
})

test('a full room is found, and what lies in its rooms is not counted', () => {
  const files = ['a/1.ts', 'a/2.ts', 'a/b/1.ts', 'a/b/2.ts', 'a/b/3.ts']
  expect(roomsWithMore(2, files)).toEqual(['a/b'])
})

test('no file lies loose in src but entries and errors.ts', () => {
  const loose = [...sources.keys()].filter((file) => posix.dirname(file) === 'src')
  expect(loose.filter((file) => !entries.test(file))).toEqual([])
})

/** A node of the syntax tree, as far as is of interest here. */
interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly id?: Node | null
  readonly key?: Node
  readonly name?: string
}

/** `file name` of each function that is too long, in the order of their beginnings. */
function longFunctionsIn(file: string, text: string): string[] {
  const found: string[] = []
  const visit = (node: Node, name: string): void => {
    const isFunction = /Function/.test(node.type) && 'body' in node
    if (isFunction && lineCount(text, node) - markupLines(text, node) > longestFunction)
      found.push(`${file} ${name}`)
    for (const child of childrenOf(node)) visit(child, nameOf(child) ?? name)
  }
  visit(parseAst(text, { lang: languageOf(file) }) as Node, '')
  return found
}

/** The lines of the markup in it: that is a literal, and functions within it are measured by themselves. */
function markupLines(text: string, node: Node): number {
  if (/^JSX(?:Element|Fragment)$/.test(node.type)) return lineCount(text, node) - 1
  return childrenOf(node).reduce((sum, child) => sum + markupLines(text, child), 0)
}

function languageOf(file: string): 'ts' | 'tsx' | 'js' {
  const extension = posix.extname(file)
  return extension === '.ts' ? 'ts' : extension === '.tsx' ? 'tsx' : 'js'
}

function lineCount(text: string, { start, end }: Node): number {
  return text.slice(start, end).split('\n').length
}

function nameOf({ id, key }: Node): string | undefined {
  return id?.name ?? key?.name
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function roomsWithMore(most: number, files: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const file of files) {
    const room = posix.dirname(file)
    counts.set(room, (counts.get(room) ?? 0) + 1)
  }
  return [...counts].filter(([, count]) => count > most).map(([room]) => room)
}

/** The JavaScript and TypeScript of the folders; what is built or installed there left out. */
function sourcesIn(folders: readonly string[]): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      .filter(
        (name) =>
          /\.(?:tsx?|mjs|js)$/.test(name) && !/(?:^|\/)(?:node_modules|dist|auto|lib)\//.test(name),
      ),
  )
  return new Map(files.sort().map((file) => [file, readFileSync(file, 'utf8')]))
}
