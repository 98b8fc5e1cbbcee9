/** What pages of the exchange tests do: functions on `globalThis.exchange`. */
import type * as Package from '../../../../src/index.ts'
import type { TestResult } from './suite.ts'

/** What `test/suites/matrix/every-type.mjs` exports. */
interface EveryType {
  writeEveryType(indexedDB: IDBFactory): Promise<TestResult[]>
  readEveryType(indexedDB: IDBFactory): Promise<TestResult[]>
}

/** Name → content, in base 64: what can be handed to a page and from it. */
export type Files = Readonly<Record<string, string>>

/** Where the package keeps databases when it is not told where. */
const defaultDirectory = '.indexeddb'

/** Runs one side in OPFS and gives the directory up, so that everything is in the files. */
async function run(side: keyof EveryType): Promise<TestResult[]> {
  const { createIndexedDB } = (await importFrom('/dist/index-browser.js')) as typeof Package
  const everyType = (await importFrom('/matrix/every-type.mjs')) as EveryType
  const indexedDB = createIndexedDB()
  try {
    return await everyType[side](indexedDB)
  } finally {
    await indexedDB[Symbol.asyncDispose]()
  }
}

/** Puts files where the package will look for them. */
async function put(files: Files): Promise<void> {
  const directory = await openDirectory()
  for (const [name, content] of Object.entries(files)) {
    const writable = await (await directory.getFileHandle(name, { create: true })).createWritable()
    await writable.write(Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)))
    await writable.close()
  }
}

/** What the package has left. */
async function take(): Promise<Files> {
  const files: Record<string, string> = {}
  for await (const handle of valuesOf(await openDirectory())) {
    if (handle.kind !== 'file') continue
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer())
    files[handle.name] = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  }
  return files
}

async function openDirectory(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle(defaultDirectory, { create: true })
}

/** `as`: TypeScript's declarations do not know how a directory is walked, and have handles without their kind. */
function valuesOf(directory: FileSystemDirectoryHandle): AsyncIterable<FileSystemFileHandle> {
  return (directory as unknown as { values(): AsyncIterable<FileSystemFileHandle> }).values()
}

function importFrom(path: string): Promise<unknown> {
  return import(new URL(path, location.origin).href)
}

const writeEveryType = (): Promise<TestResult[]> => run('writeEveryType')
const readEveryType = (): Promise<TestResult[]> => run('readEveryType')

const exchange = { writeEveryType, readEveryType, put, take }
export type Exchange = typeof exchange

Object.assign(globalThis, { exchange })
