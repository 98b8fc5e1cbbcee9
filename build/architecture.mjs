/**
 * Writes what ARCHITECTURE.md takes from the tree: what each room may import, from the layer test, and the tables that lead from the
 * specification to the code, from the links in the sources. `node build/architecture.mjs`; with `--check` it writes nothing, and
 * fails where they are out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { transform } from 'esbuild'
import { format, resolveConfig } from 'prettier'

const specification = 'https://w3c.github.io/IndexedDB/'
const citation = /https:\/\/w3c\.github\.io\/IndexedDB\/#([\w-]+)(,)?/g
const firstLine = '<!-- spec index: written by `node build/architecture.mjs` -->'
const lastLine = '<!-- /spec index -->'
const root = fileURLToPath(new URL('..', import.meta.url))
const file = join(root, 'ARCHITECTURE.md')

/** Where the specification calls it otherwise than its anchor. */
const titles = {
  'async-execute-request': 'asynchronously execute a request',
  'cleanup-indexed-database-transactions': 'cleanup Indexed Database transactions',
  'convert-a-value-to-a-multientry-key': 'convert a value to a multiEntry key',
  'create-request-to-retrieve-multiple-items': 'create a request to retrieve multiple items',
  'fire-error-event': 'fire an error event',
  'fire-success-event': 'fire a success event',
  in: 'in a key range',
  keyrange: 'key range interface',
  transaction: 'transaction interface',
  events: 'event interface',
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const text = readFileSync(file, 'utf8')
const written = withSpecIndex(withImports(text, await readRooms()))
const wanted = await format(written, { ...(await resolveConfig(file)), filepath: file })
if (!values.check) writeFileSync(file, wanted)
else if (text !== wanted) {
  console.log('ARCHITECTURE.md is out of date: run `node build/architecture.mjs`')
  process.exitCode = 1
}

/** Room → what it may import, as the layer test has them; single files left out. */
async function readRooms() {
  const source = readFileSync(join(root, 'test/unit/layers/rooms.ts'), 'utf8')
  const { code } = await transform(source, { loader: 'ts' })
  const { sourceRooms } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  return Object.entries(sourceRooms).filter(([room]) => room.endsWith('/'))
}

/** The rows of the table of rooms, in the order of the layer test; what a room holds is written by hand. */
function withImports(text, rooms) {
  const table = /^\| room +\|.*\n\|.*\n((?:\|.*\n)+)/m.exec(text)
  const rows = table[1].split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const written = rooms.map(([room, imports]) => {
    const row = rows.find(([, cell]) => cell === `\`${nameOf(room)}\``)
    if (!row) throw new Error(`ARCHITECTURE.md says nothing of the room ${room}`)
    return `| ${row[1]} | ${row[2]} | ${namesOf(imports)} |\n`
  })
  return text.replace(table[1], () => written.join(''))
}

function namesOf(imports) {
  const folders = imports.filter((path) => path.endsWith('/'))
  const isInFolder = (path) => folders.some((folder) => path !== folder && path.startsWith(folder))
  const names = imports.filter((path) => !isInFolder(path)).map((path) => `\`${nameOf(path)}\``)
  return names.join(', ') || 'nothing'
}

/** Without `src`, where the rooms lie. */
function nameOf(path) {
  return path.replace(/^src\/(?=.)/, '').replace(/\/$/, '')
}

function withSpecIndex(text) {
  const [start, end] = [text.indexOf(firstLine), text.indexOf(lastLine)]
  if (start < 0 || end < start) throw new Error(`ARCHITECTURE.md lacks ${firstLine} … ${lastLine}`)
  const citations = citationsIn(readSources())
  const isMember = ({ anchor }) => anchor.startsWith('dom-')
  const tables = [
    tableOf(
      'algorithm or term',
      citations.filter((it) => !isMember(it)),
    ),
    tableOf('what script uses', citations.filter(isMember)),
  ]
  return [text.slice(0, start) + firstLine, ...tables, text.slice(end)].join('\n\n')
}

/** Path → text of every source. */
function readSources() {
  const paths = ['src', 'vfs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      .filter((name) => name.endsWith('.ts')),
  )
  return paths.sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/**
 * The anchors that are cited, in the order of their names. `paths`: the sources that cite the whole of it; `partPaths`: those that
 * cite it with a comma after it, which names a step or another part.
 */
function citationsIn(sources) {
  const citations = new Map()
  const wordOf = wordsIn(sources)
  for (const { path, text } of sources) {
    for (const [, anchor, mark] of text.matchAll(citation)) {
      const known = citations.get(anchor) ?? { whole: new Set(), part: new Set() }
      citations.set(anchor, known)
      known[mark ? 'part' : 'whole'].add(path)
    }
  }
  return [...citations]
    .map(([anchor, { whole, part }]) => ({
      anchor,
      title: titleOf(anchor, wordOf),
      paths: [...whole],
      partPaths: [...part].filter((path) => !whole.has(path)),
    }))
    .sort((a, b) => (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1))
}

/** Anchors are in lower case: gives an identifier its capitals back, as the sources of what script uses have them. */
function wordsIn(sources) {
  const api = sources.filter(({ path }) => path.startsWith('src/api/'))
  const words = api.flatMap(({ text }) => text.match(/\b(?:IDB[A-Z]|[a-z]+[A-Z])\w*\b/g) ?? [])
  const written = new Map(words.map((word) => [word.toLowerCase(), word]))
  return (word) => written.get(word) ?? word
}

/** `dom-idbcursor-advance` → `IDBCursor.advance`, `iterate-a-cursor` → `iterate a cursor`. */
function titleOf(anchor, wordOf) {
  const [, owner, member] = /^dom-(idb\w+)-(\w+)$/.exec(anchor) ?? []
  if (member !== undefined) return `${wordOf(owner)}.${wordOf(member)}`
  const words = anchor.replace(/^(dom|dfn|dictdef|enumdef)-/, '').replace(/-construct$/, '')
  return (
    titles[anchor] ??
    words
      .split('-')
      .map((word) => (word.startsWith('idb') ? wordOf(word) : word))
      .join(' ')
  )
}

function tableOf(heading, citations) {
  const rows = citations.map(({ anchor, title, paths, partPaths }) => {
    const [whole, parts] = [linksTo(paths), linksTo(partPaths)]
    const files = whole && parts ? `${whole}; a part in ${parts}` : whole || parts
    return `| [${title}](${specification}#${anchor}) | ${files} |`
  })
  return [`| ${heading} | in |`, '| --- | --- |', ...rows].join('\n')
}

function linksTo(paths) {
  return paths.map((path) => `[${path}](${path})`).join(', ')
}
