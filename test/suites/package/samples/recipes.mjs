/** Where the samples of docs/recipes, and of docs/migrating.md, belong. */
import { pageChecksWith } from './pages.mjs'
import { configurationChecks, globalTest, programChecks, vitestChecks } from './programs.mjs'

const dexie = ['dexie@4.4.7']
/** Dexie opens a BroadcastChannel, which keeps a process of Deno alive. */
const ended = '\nprocess.exit()\n'
/** What the recipe says for Bun. */
const preloaded = { 'bunfig.toml': 'preload = ["idb-everywhere/auto"]\n' }

/** A database of one store with one record, in `data`, and `resultOf()`. */
const library = `import { createIndexedDB as make } from 'idb-everywhere'
const resultOf = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})
async function makeLibrary(factory) {
  const request = factory.open('library', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('books').put('SICP', 1)
  const database = await resultOf(request)
  database.close()
}
`

/** What of Electron the recipe uses: it says which databases there are, and quits. */
const electron = `const listeners = {}
export const app = {
  getPath: () => process.cwd(),
  on: (name, listener) => { listeners[name] = listener },
  quit: () => {
    let isPrevented = false
    listeners['will-quit']({ preventDefault: () => { isPrevented = true } })
    if (!isPrevented) console.log('has quit')
  },
}
export const ipcMain = {
  handle: (name, answer) => setTimeout(async () => {
    console.log(name, await answer())
    app.quit()
  }),
}
`

export const recipes = [
  {
    title: 'Dexie on the global',
    mark: 'orders of Ada',
    checksOf: programChecks({
      libraries: dexie,
      files: preloaded,
      after: ended,
      times: 2,
      prints: /^2 orders of Ada$/m,
    }),
  },
  {
    title: 'Dexie on a factory',
    mark: 'data/${customer}',
    checksOf: programChecks({ libraries: dexie, after: ended, times: 2, prints: /^2 orders$/m }),
  },
  {
    title: 'liveQuery() of Dexie without a global',
    mark: 'Visits now:',
    checksOf: programChecks({
      libraries: dexie,
      before: `const { log } = console
const told = new Promise((resolve) => {
  console.log = (...words) => {
    log(...words)
    if (words[1] === 1) resolve()
  }
})
`,
      after: `await told${ended}`,
      prints: /^Visits now: 1$/m,
    }),
  },
  {
    title: 'a server that is asked to end',
    mark: 'createServer(async',
    checksOf: programChecks({
      libraries: dexie,
      files: preloaded,
      before: `process.env.PORT = '0'\n`,
      after: `import { once } from 'node:events'
import { existsSync } from 'node:fs'
if (!server.listening) await once(server, 'listening')
const ask = async () => (await fetch(\`http://localhost:\${server.address().port}/\`)).text()
await ask()
process.stdout.write(await ask())
process.on('exit', () => console.log('owned:', existsSync('.indexeddb/owner.json')))
process.kill(process.pid, 'SIGTERM')
`,
      prints: /^Visits so far: 2\nowned: false$/m,
    }),
  },
  {
    title: 'a module for server and page',
    mark: 'rendering a page that never asks',
    checksOf: programChecks({
      after: `console.log(await database().databases(), database() === database())\n`,
      prints: /^\[\] true$/m,
    }),
  },
  {
    title: 'a route handler',
    mark: 'export async function GET',
    checksOf: programChecks({
      after: `await GET()\nconsole.log(await (await GET()).json())\n`,
      prints: /count: 2/,
    }),
  },
  {
    title: 'the main process of Electron',
    mark: `from 'electron'`,
    checksOf: programChecks({
      files: {
        'node_modules/electron/package.json':
          '{ "name": "electron", "type": "module", "exports": "./index.js" }',
        'node_modules/electron/index.js': electron,
      },
      prints: /^databases \[\]\nhas quit$/m,
    }),
  },
  {
    title: 'threads that share a directory',
    mark: 'the same in each thread',
    checksOf: programChecks({ prints: /^4 visits$/m }),
  },
  {
    title: 'a backup while others use the directory',
    mark: 'backupToFile(indexedDB, name, ',
    checksOf: programChecks({
      before: `${library}await makeLibrary(make({ path: 'data' }))\n`,
      after: `console.log(fs.readFileSync('backup/library.sqlite', 'latin1').slice(0, 15))\n`,
      prints: /^SQLite format 3$/m,
    }),
  },
  {
    title: 'a backup that is read back',
    mark: `fs.readdirSync('backup')`,
    checksOf: programChecks({
      before: `${library}import { backupToFile as save } from 'idb-everywhere/snapshot'
const made = make({ path: 'data' })
await makeLibrary(made)
fs.mkdirSync('backup')
await save(made, 'library', 'backup/library.sqlite')
`,
      prints: /^library: 1 records$/m,
    }),
  },
  {
    title: 'the folder of an executable',
    mark: 'XDG_DATA_HOME',
    checksOf: programChecks({
      before: `process.env.XDG_DATA_HOME = 'share'\n`,
      after: `import { existsSync } from 'node:fs'\nconsole.log(existsSync('share/my-app'))\n`,
      prints: /^\[\]\ntrue$/m,
    }),
  },
  {
    title: 'from IndexedDBShim',
    mark: `from 'idb-everywhere/indexeddbshim'`,
    checksOf: programChecks({
      before: library,
      after: `import { existsSync } from 'node:fs'
await makeLibrary(indexedDB)
console.log(existsSync('data'), IDBKeyRange.only(1).lower)
`,
      prints: /^true 1$/m,
    }),
  },
  {
    title: 'from localStorage',
    mark: 'localStorage.getItem',
    checksOf: pageChecksWith({
      before: `localStorage.setItem('settings.book', '"SICP"')
localStorage.setItem('other', 'stays')
`,
      after: `
request.addEventListener('success', () => {
  const settings = request.result.transaction('settings').objectStore('settings')
  settings.get('settings.book').onsuccess = ({ target }) => {
    document.title = 'found ' + target.result + Object.keys(localStorage).join().replace('other', '')
  }
})
request.addEventListener('error', () => { document.title = String(request.error) })
`,
    }),
  },
  {
    title: `from the browser's own IndexedDB`,
    mark: 'native.databases()',
    checksOf: pageChecksWith({
      before: `${library}await makeLibrary(window.indexedDB)\n`,
      after: `
const copied = await resultOf(ours.open('library'))
document.title = 'found ' + await resultOf(copied.transaction('books').objectStore('books').get(1))
`,
    }),
  },
  {
    title: 'the configuration of Vitest',
    mark: `setupFiles: ['idb-everywhere/testing/vitest']`,
    checksOf: configurationChecks('vitest', ['run'], globalTest),
  },
  {
    title: 'the configuration of Jest',
    mark: `setupFilesAfterEnv: ['idb-everywhere/testing/jest']`,
    checksOf: configurationChecks('jest', ['--no-cache'], globalTest),
  },
  { title: 'a test in Vitest', mark: `from 'vitest'`, checksOf: vitestChecks },
]
