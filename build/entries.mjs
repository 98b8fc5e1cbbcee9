/** What can be imported, from which files, under which conditions: the tables, and the fields of package.json they give. */
import { readFileSync, writeFileSync } from 'node:fs'

export const dist = 'dist'

/** The compiled engine, beside all that is built. */
export const wasm = 'wa-sqlite.wasm'

/** The oldest syntax in use: every supported runtime reads it, and esbuild adds no API a later one brought. */
export const target = ['es2022', 'node20.19']

/** What can be imported → its source. Adding an entry is a line here and `node esbuild.config.mjs --write-exports`. */
export const entries = {
  '.': 'src/index.ts',
  './auto': 'src/auto.ts',
  './auto/memory': 'src/auto-memory.ts',
  './vfs': 'src/files/vfs.ts',
  './vfs/memory': 'vfs/memory.ts',
  './vfs/node': 'vfs/node.ts',
  './vfs/opfs': 'vfs/opfs.ts',
  './vfs/conformance': 'src/testing/vfs-conformance-entry.ts',
  './storage': 'src/storage/entry.ts',
  './storage/conformance': 'src/testing/storage-conformance/entry.ts',
  './testing': 'src/testing.ts',
  './testing/vitest': 'src/testing/vitest.ts',
  './testing/jest': 'src/testing/jest.ts',
  './testing/bun': 'src/testing/bun.ts',
  './testing/deno': 'src/testing/deno.ts',
  './testing/node': 'src/testing/node.ts',
  './indexeddbshim': 'src/indexeddbshim.ts',
  './status': 'src/status.ts',
  './maintenance': 'src/maintenance.ts',
  './inspector/server': 'inspector/server/entry.ts',
  './snapshot': 'src/snapshot.ts',
  './extras': 'src/extras.ts',
  './snapshot/formats': 'src/snapshot-formats.ts',
  './diagnostics': 'src/diagnostics.ts',
  './postgres': 'src/remote/entry.ts',
}

/** What pages can use, too. Engines are tested on servers. */
export const pageEntries = [
  '.',
  './auto',
  './auto/memory',
  './vfs',
  './vfs/memory',
  './vfs/opfs',
  './vfs/conformance',
  './storage',
  './testing',
  './testing/vitest',
  './testing/jest',
  './status',
  './snapshot',
  './snapshot/formats',
  './extras',
  './diagnostics',
]

/** Those of them that lead to what differs between servers and pages: pages have files of their own for them. */
const entriesThatDiffer = [
  '.',
  './auto',
  './auto/memory',
  './testing',
  './testing/vitest',
  './testing/jest',
  './status',
  './snapshot',
]

/** New ones that `require()` loads as the modules they are, which Node 20.19 can: a twin would be weight for few. */
export const modulesOnly = [
  './vfs/conformance',
  './maintenance',
  './inspector/server',
  './snapshot/formats',
  './extras',
  './diagnostics',
  './postgres',
  './storage/conformance',
]

/** Built apart from the others, into one file with everything in it; for browsers. */
export const inlineEntry = { subpath: './inline', source: 'src/inline.ts' }

/** Scripts of workers: other files find them by their URL. Exported are those that a user may have to name. */
export const pageWorker = { subpath: './worker', source: 'src/worker.ts' }
export const nodeWorker = { subpath: './worker-node', source: 'src/worker-node.ts' }

/**
 * Built whole with their libraries, each into the folder of its name in `dist/`: the sources → the command or the subpath they are
 * reached by. `kind` says how (`programs.mjs`).
 */
export const programs = [
  { name: 'tool', source: 'tool/cli.ts', kind: 'node', command: 'idb-everywhere' },
  { name: 'inspector', source: 'inspector/entry.ts', kind: 'page', subpath: './inspector' },
]

/** What a simulated page asks of Node is in no entry: `src/platform/simulated-page.ts` loads it. */
export const nodePlatform = { name: 'platform-node', source: 'src/platform/node.ts' }

/** The entries whose import does something; bundlers may drop an unused import of any other. */
const entriesWithSideEffects = [
  './auto',
  './auto/memory',
  './testing/vitest',
  './testing/jest',
  './testing/bun',
  './testing/deno',
  './testing/node',
]

/** `tool/cli.ts` → `./dist/tool/cli.js`, the file of a program. */
export const programFileOf = ({ name, source }) =>
  `./${dist}/${name}/${source.replace(/^.*\/|\.tsx?$/g, '')}.js`

/** `./vfs/node` → `vfs-node`, the name of its files in `dist/`. */
export const fileNameOf = (subpath) =>
  subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-')

export const hasPageFile = (subpath) => entriesThatDiffer.includes(subpath)

/** `./auto` → `auto-browser`, and `./vfs` → `vfs`, which is the same in pages. */
export const pageFileOf = (subpath) =>
  hasPageFile(subpath) ? `${fileNameOf(subpath)}-browser` : fileNameOf(subpath)

export function declarationOf(source) {
  return source.replace(/\.tsx?$/, '.d.ts')
}

/** The sources whose declarations users see. */
export function typedSources() {
  const ofPrograms = programs.filter(({ subpath }) => subpath).map(({ source }) => source)
  return [...Object.values(entries), inlineEntry.source, ...ofPrograms]
}

/**
 * Node comes first: it is where a test runner runs that has been told to resolve as browsers do. `import` and `require` at
 * the end serve whatever says neither.
 */
function exportsOf([subpath, source]) {
  const forServers = serverExportsOf(subpath, source)
  const forPages = pageEntries.includes(subpath) ? pageExportsOf(subpath, source) : {}
  return [subpath, { ...forPages, ...forServers }]
}

function serverExportsOf(subpath, source) {
  const file = `./${dist}/${fileNameOf(subpath)}`
  if (modulesOnly.includes(subpath)) {
    return { types: `./${dist}/types/${declarationOf(source)}`, default: `${file}.js` }
  }
  return {
    import: { types: `./${dist}/types/${declarationOf(source)}`, default: `${file}.js` },
    require: { types: `./${dist}/types-cjs/${declarationOf(source)}`, default: `${file}.cjs` },
  }
}

/**
 * Bundlers set `module`, whatever the form of the import. A `require()` that says it is a browser's and does not set that
 * comes from a test runner that simulates a page in Node.
 */
function pageExportsOf(subpath, source) {
  const { require, ...others } = serverExportsOf(subpath, source)
  const page = {
    types: `./${dist}/types/${declarationOf(source)}`,
    default: `./${dist}/${pageFileOf(subpath)}.js`,
  }
  return {
    node: { ...others, require },
    browser: { module: page, import: page, require },
  }
}

function exportsOfProgram(program) {
  const types = `./${dist}/types/${declarationOf(program.source)}`
  return [program.subpath, { types, default: programFileOf(program) }]
}

/** The fields of package.json that follow from the tables. */
function derivedFields() {
  return {
    bin: Object.fromEntries(
      programs
        .filter(({ command }) => command)
        .map((program) => [program.command, programFileOf(program)]),
    ),
    exports: {
      ...Object.fromEntries(Object.entries(entries).map(exportsOf)),
      [inlineEntry.subpath]: {
        types: `./${dist}/types/${declarationOf(inlineEntry.source)}`,
        default: `./${dist}/${fileNameOf(inlineEntry.subpath)}.js`,
      },
      ...Object.fromEntries(programs.filter(({ subpath }) => subpath).map(exportsOfProgram)),
      [pageWorker.subpath]: `./${dist}/${fileNameOf(pageWorker.subpath)}.js`,
      [`./${wasm}`]: `./${dist}/${wasm}`,
      './package.json': './package.json',
    },
    sideEffects: [
      ...entriesWithSideEffects.flatMap((subpath) => [
        `./${dist}/${fileNameOf(subpath)}.js`,
        `./${dist}/${fileNameOf(subpath)}.cjs`,
        ...(hasPageFile(subpath) ? [`./${dist}/${pageFileOf(subpath)}.js`] : []),
      ]),
      `./${dist}/${fileNameOf(pageWorker.subpath)}.js`,
    ],
  }
}

/** Puts the derived fields into package.json. */
export function writeExports() {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  writeFileSync('package.json', `${JSON.stringify({ ...manifest, ...derivedFields() }, null, 2)}\n`)
}

/** @throws if package.json differs from the tables */
export function checkExports() {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const [field, expected] of Object.entries(derivedFields())) {
    if (JSON.stringify(manifest[field]) === JSON.stringify(expected)) continue
    throw new Error(
      `package.json: "${field}" differs from the entry table; run "node esbuild.config.mjs --write-exports"`,
    )
  }
}

/** Those for servers and pages that share their files are small, or are used with one that does not. */
const forServersAlone = Object.keys(entries).filter(
  (subpath) => hasPageFile(subpath) || !pageEntries.includes(subpath),
)

/** What is used together, see `together.mjs`. */
export const families = [
  {
    common: [fileNameOf('.')],
    members: [
      ...forServersAlone.filter((subpath) => subpath !== './storage/conformance').map(fileNameOf),
      fileNameOf(nodeWorker.subpath),
      nodePlatform.name,
      'src/platform/scratch/node-scratch.ts',
      'src/platform/backup-file.ts',
    ],
  },
  {
    common: [pageFileOf('.')],
    members: [
      ...pageEntries.filter((it) => hasPageFile(it) && it !== './snapshot').map(pageFileOf),
      'page:src/platform/backup-file.ts',
      'src/hosting/in-thread.ts',
    ],
  },
  // A page that opens a file hosts it in its own thread.
  { common: ['src/hosting/in-thread.ts'], members: ['page:src/platform/backup-file.ts'] },
  {
    common: [pageFileOf('./snapshot'), pageFileOf('.')],
    members: [
      pageFileOf('./snapshot'),
      ...['./snapshot/formats', './extras', './diagnostics', './storage'].map(fileNameOf),
    ],
  },
]
