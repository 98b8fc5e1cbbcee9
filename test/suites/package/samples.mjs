/**
 * The samples of the documents, as they stand, each where it belongs: in a program, a page, a test. A sample that none of the
 * scenes below knows is a failure, so that no new one goes untried. From the packed package.
 *
 * `node test/suites/package/samples.mjs [--long] [words]`: words choose the checks whose titles contain them; the long form runs programs and tests in every runtime and runner, and the page as
 * Vite and Next build it. Needs a built `dist/`, and Chromium for pages. Ends with a line of counts.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPacked, root, runChecks } from './projects.mjs'
import { recipes } from './samples/recipes.mjs'
import { servers, stopServer } from './samples/servers.mjs'
import { pageChecks, pageChecksWith } from './samples/pages.mjs'
import {
  compileSample,
  configurationChecks,
  programChecks,
  testChecks,
} from './samples/programs.mjs'

const isLong = process.argv.includes('--long')
const workerdSuite = 'node test/suites/package/workerd.mjs'

/** A directory in use, shared with all who come. */
const sharedLibrary = `import { createIndexedDB } from 'idb-everywhere'
const indexedDB = createIndexedDB({ path: 'data' })
await new Promise((resolve) => { indexedDB.open('library').onsuccess = resolve })
`

/** A database `db` with one book in it. */
const openedLibrary = `import { createIndexedDB } from 'idb-everywhere'
const db = await new Promise((resolve) => {
  const request = createIndexedDB().open('library', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('books', { keyPath: 'isbn' }).put({ isbn: 1 })
  request.onsuccess = () => resolve(request.result)
})
`

/** A provider that keeps the spans in memory; and what makes some. */
const openTelemetry = `import { trace as api } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
const exporter = new InMemorySpanExporter()
api.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
`
const tracedLibrary = `const { createIndexedDB } = await import('idb-everywhere')
await new Promise((resolve) => {
  const request = createIndexedDB().open('library', 1)
  request.onupgradeneeded = () => {
    const books = request.result.createObjectStore('books')
    books.put('SICP', 1)
    books.add('TAOCP', 1).onerror = (event) => event.preventDefault()
  }
  request.onsuccess = resolve
})
for (const { name, attributes, ended, status } of exporter.getFinishedSpans()) {
  const facts = Object.entries(attributes).map((it) => it.join('='))
  console.log(name, ...facts, ended ? 'ended' : 'open', status.code)
}
`

/** A database that is there when the sample begins. */
const exportedLibrary = `import { createIndexedDB as make } from 'idb-everywhere'
const made = make()
const makeDatabase = (name, version) => new Promise((resolve) => {
  made.open(name, version).onsuccess = ({ target }) => resolve(target.result.close())
})
await makeDatabase('library', 1)
`

/** A database without damage. */
const soundLibrary =
  exportedLibrary +
  `
await made[Symbol.asyncDispose]()
`

/** The same, however the runtime lays out an object: Bun has a line for each member, and a comma at the end. */
function spaced({ source, flags }) {
  return new RegExp(source.replaceAll(' \\}', ',? \\}').replaceAll(' ', '\\s+'), flags)
}

/** Where samples belong, by what each says; `checksOf` makes checks, title → work. */
const scenes = [
  {
    title: 'a counter that lasts',
    mark: `from 'idb'`,
    checksOf: programChecks({
      libraries: ['idb@8.0.4'],
      times: 2,
      prints: /^Run 2; the first was at \d{4}-/m,
    }),
  },
  {
    title: 'the first program',
    mark: `console.log('Visits so far:'`,
    checksOf: programChecks({ times: 2, prints: /^Visits so far: 2$/m }),
  },
  {
    title: 'the first page',
    mark: 'document.body.textContent',
    checksOf: pageChecksWith({
      after: `
new MutationObserver(() => {
  const { textContent } = document.body
  document.title = textContent === 'Visits so far: 1' ? 'found SICP' : textContent
}).observe(document.body, { childList: true })
`,
    }),
  },
  {
    title: 'a path of its own',
    mark: './data/library',
    checksOf: programChecks({
      after: `import { existsSync } from 'node:fs'
console.log(existsSync('data'))
`,
      prints: /^false$/m,
    }),
  },
  ...recipes,
  ...servers,
  {
    title: 'factories',
    mark: 'independent of every other factory',
    checksOf: programChecks({ prints: /^$/ }),
  },
  {
    title: 'the code of an error',
    mark: 'ERR_IDB_LOCKED',
    checksOf: programChecks({
      before: `import { once } from 'node:events'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { createIndexedDB } from 'idb-everywhere'
const indexedDB = createIndexedDB({ ifLocked: 'throw' })
if (!isMainThread) {
  indexedDB.open('library').onsuccess = () => parentPort.postMessage('open')
  setInterval(() => {}, 1000)
  await new Promise(() => {})
}
const owner = new Worker(new URL(import.meta.url))
await once(owner, 'message')
`,
      after: `request.addEventListener('error', () => owner.terminate())`,
      prints: /^owned by process \d+$/m,
    }),
  },
  { title: 'threads', mark: 'serve(port1', checksOf: programChecks({ prints: /^library$/m }) },
  {
    title: 'a directory that processes share',
    mark: 'the same in each process',
    checksOf: programChecks({
      after: `import { fork } from 'node:child_process'
import { once } from 'node:events'
const database = await new Promise((resolve) => {
  indexedDB.open('library').onsuccess = ({ target }) => resolve(target.result)
})
console.log('open')
if (process.argv[2] !== 'second') {
  const [code] = await once(fork(new URL(import.meta.url), ['second']), 'exit')
  console.log('the second has ended with', code)
}
database.close()
`,
      prints: /^open\nopen\nthe second has ended with 0$/m,
    }),
  },
  {
    title: 'who has a directory',
    mark: 'idb-everywhere/status',
    checksOf: programChecks({ before: sharedLibrary, prints: /state: ['"]shared['"]/ }),
  },
  {
    title: 'a command-line tool',
    mark: 'databases())\nawait close(indexedDB)',
    checksOf: programChecks({
      after: `import { existsSync } from 'node:fs'
console.log(existsSync('data/owner.json'))
`,
      prints: /^\[\]\nfalse$/m,
    }),
  },
  {
    title: 'a copy of a directory in use',
    mark: `startsWith('owner.')`,
    checksOf: programChecks({
      before: sharedLibrary,
      after: `import { readdirSync } from 'node:fs'
console.log(readdirSync('copy').sort().join())
`,
      prints: /^(?!.*owner\.).*\.sqlite/m,
    }),
  },
  {
    title: 'a backup',
    mark: 'fs.cpSync(',
    checksOf: programChecks({
      before: `import fs from 'node:fs'
import { close, createIndexedDB } from 'idb-everywhere'
const indexedDB = createIndexedDB()
await new Promise((resolve) => { indexedDB.open('library').onsuccess = resolve })
`,
      after: `console.log(fs.readdirSync('backup').join())`,
      prints: /\.sqlite/,
    }),
  },
  {
    title: 'an export and its import',
    mark: `exportDatabase(indexedDB, 'library')`,
    checksOf: programChecks({ before: exportedLibrary, prints: /^0 records imported$/m }),
  },
  {
    title: 'a key range as text',
    mark: `keyRangeOf(readRange('1..<5')`,
    checksOf: programChecks({ prints: /^true false 1\.\.<5$/m }),
  },
  {
    title: 'a backup of a database in use',
    mark: `backupToFile(indexedDB, 'library'`,
    checksOf: programChecks({ before: exportedLibrary, prints: /^\d{4,} bytes backed up$/m }),
  },
  {
    title: 'a comparison with a backup',
    mark: 'openBackup((await',
    checksOf: programChecks({
      before: `${exportedLibrary}import { backupToFile } from 'idb-everywhere/snapshot'
await backupToFile(made, 'library', 'library.sqlite')
`,
      prints: /^compared with the backup$/m,
    }),
  },
  {
    title: 'a storage state of Playwright',
    mark: 'fromStorageState(state, ',
    checksOf: programChecks({
      before: `import { writeFileSync } from 'node:fs'
const store = { name: 's', autoIncrement: false, indexes: [], records: [{ key: 1, value: 'x' }] }
const library = { name: 'library', version: 1, stores: [store] }
const origins = [{ origin: 'https://a.test', indexedDB: [library] }]
writeFileSync('state.json', JSON.stringify({ cookies: [], origins }))
`,
      prints: /^1 records of a storage state$/m,
    }),
  },
  {
    title: 'a comparison',
    mark: `{ indexedDB, name: 'copy' })) {`,
    checksOf: programChecks({
      before: `${exportedLibrary}await makeDatabase('copy', 2)\n`,
      prints: /^they differ in version\ncompared$/m,
    }),
  },
  {
    title: 'news of changes',
    mark: 'observe(db, ',
    checksOf: programChecks({ prints: /^put books 978-0262510875$/m }),
  },
  {
    title: 'many records at once',
    mark: 'await putMany(books, ',
    checksOf: programChecks({
      before: openedLibrary,
      prints: spaced(/^\[ \{ isbn: 3 \}, \{ isbn: 1 \}, \{ isbn: 2 \}, \{ isbn: 3 \} \]$/m),
    }),
  },
  {
    title: 'a loop over records',
    mark: 'of records({ db, ',
    checksOf: programChecks({
      before: `${openedLibrary}const print = async (key, value) => console.log(key, value)\n`,
      prints: spaced(/^1 \{ isbn: 1 \}$/m),
    }),
  },
  {
    title: 'a transaction that waits',
    mark: 'await withTransaction(',
    checksOf: programChecks({
      before: `${openedLibrary}const fetchPrice = async () => (await new Promise(setImmediate), 12)\n`,
      after: `db.transaction('books').objectStore('books').get(1).onsuccess = ({ target }) => console.log(target.result)\n`,
      prints: spaced(/^committed\n\{ isbn: 1, price: 12 \}$/m),
    }),
  },
  {
    title: 'a check of a directory',
    mark: `'idb-everywhere/maintenance'`,
    checksOf: programChecks({
      before: soundLibrary,
      prints: /^(?:(?:note|warning) .*\n)*$/,
    }),
  },
  {
    title: 'counters',
    mark: 'await inspect(indexedDB)',
    checksOf: programChecks({ prints: /connections: 1,[^]*name: ['"]library['"]/ }),
  },
  {
    title: 'spans of OpenTelemetry',
    mark: '@opentelemetry/api',
    checksOf: programChecks({
      libraries: ['@opentelemetry/sdk-trace-base@2.12.1', '@opentelemetry/api@1.9.0'],
      before: openTelemetry,
      after: tracedLibrary,
      prints:
        /^put books db\.system\.name=indexeddb db\.namespace=library db\.collection\.name=books db\.operation\.name=put ended 0\nadd books .* error\.type=ConstraintError ended 2$/m,
    }),
  },
  {
    title: 'the report of a salvage',
    mark: 'salvageReport(request)',
    checksOf: programChecks({
      before: `import { createIndexedDB } from 'idb-everywhere'
const indexedDB = createIndexedDB({ ifCorrupt: 'salvage' })
`,
      after: `request.addEventListener('success', () => console.log(salvageReport(request)))`,
      prints: /^null$/m,
    }),
  },
  { title: 'a page', mark: '(OPFS), on a page', checksOf: pageChecks },
  { title: 'a page with a worker of its own', mark: '/my-worker.js', checksOf: pageChecks },
  {
    title: 'a page that requires Trusted Types',
    mark: 'createScriptURL',
    checksOf: (sample) =>
      pageChecks({
        ...sample,
        policy: `require-trusted-types-for 'script'; trusted-types my-workers`,
      }),
  },
  { title: 'worlds for tests', mark: 'createTestWorld()', checksOf: testChecks },
  {
    title: 'imports that Jest renames',
    mark: 'moduleNameMapper',
    checksOf: configurationChecks('jest', ['--no-cache']),
  },
  {
    title: 'imports that Vitest renames',
    mark: 'resolve: { alias',
    checksOf: configurationChecks('vitest', ['run']),
  },
  { title: 'a VFS', mark: 'directory: (path) =>', checksOf: compileSample },
  { title: 'a server behind a pooler', mark: 'host: postgres(server)', checksOf: compileSample },
  {
    title: 'the suite of a VFS',
    mark: 'vfsConformance(',
    // In Node alone: Bun and Deno run `node:test` only under their own test commands.
    checksOf: (sample) =>
      programChecks({
        before: `import { memory as myStorage } from 'idb-everywhere/vfs/memory'\n`,
        // By the reporter of any version of Node.
        prints: /^[#ℹ] pass [1-9]\d*\n[#ℹ] fail 0$/m,
      })({ ...sample, isLong: false }),
  },
  {
    title: 'the inspector of a directory',
    mark: 'serveInspector(',
    checksOf: programChecks({
      before: `import { mkdirSync } from 'node:fs'
mkdirSync('data')
`,
      after: `console.log((await fetch(url)).status)
await close()
`,
      prints: /^http:\/\/127\.0\.0\.1:\d+\/\S+\n200$/m,
    }),
  },
  {
    title: 'the inspector in a page',
    mark: 'mountInspector(',
    checksOf: () => [],
    triedBy: 'node test/suites/inspector/run.mjs',
  },
  // Each is made there, and the messages are compared with the page.
  {
    title: 'common mistakes',
    mark: '// wrong',
    checksOf: () => [],
    triedBy: 'npx vitest run test/unit/explain/mistakes.test.ts',
  },
  // With a miniature of the service around it.
  { title: 'workerd', mark: 'wa-sqlite.wasm', checksOf: () => [], triedBy: workerdSuite },
]

const packages = await installPacked()
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'packages/fake-indexeddb/README.md',
]
// Some stand in two documents.
const samples = new Set(
  documents.flatMap((path) => samplesOf(readFileSync(join(root, path), 'utf8'))),
)
const checks = [...samples].flatMap((code) => {
  const found = scenes.filter(({ mark }) => code.includes(mark))
  if (found.length !== 1) return [[`a scene for: ${code.split('\n')[0]}`, () => failFor(found)]]
  return found[0].checksOf({ title: found[0].title, code, packages, isLong })
})
const missing = scenes.filter(({ mark }) => ![...samples].some((code) => code.includes(mark)))
checks.push(['each scene has its sample', () => failFor(missing, missing.length > 0)])
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
await runChecks(
  'samples',
  checks.filter(([title]) => words.every((word) => title.includes(word))),
)
await stopServer()

function samplesOf(text) {
  return [...text.matchAll(/^```(?:js|ts)\n([^]*?)^```$/gm)].map(([, code]) => code)
}

function failFor(found, isFailure = true) {
  if (!isFailure) return
  throw new Error(
    `Wanted one scene for each sample, and a sample for each: ${found.map(({ title }) => title)}`,
  )
}
