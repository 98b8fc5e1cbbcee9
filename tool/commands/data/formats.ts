/** Files that other programs have written. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  fromDexie,
  fromSpacekit,
  fromStorageState,
  type StorageState,
} from 'idb-everywhere/snapshot/formats'
import { formatKey } from 'idb-everywhere/snapshot'
import { Failure } from '../../terminal/failures.ts'
import { plainText } from '../../terminal/plain-text.ts'

/** What can be read. */
export const formats = ['dexie', 'playwright', 'spacekit'] as const

export type Format = (typeof formats)[number]

interface Read {
  readonly source: ReadableStream<Uint8Array>
  /** Its path; others may lie beside it. */
  readonly file: string
  /** Of the database, where the file has several. */
  readonly name: string | undefined
}

/** The database in the file as an export. What is lost is said on the error output, a line each. */
export async function readAs(
  format: Format,
  { source, file, name }: Read,
): Promise<ReadableStream<Uint8Array>> {
  switch (format) {
    case 'dexie':
      return fromDexie(source, { onLoss: say })
    case 'playwright':
      return fromStorageState(await stateIn(source, file), { name, onLoss: say })
    case 'spacekit': {
      const beside = file.replace(/\.wal$/, '')
      const [version, schema] = await Promise.all(
        ['.version', '.schema.json'].map((suffix) => textOf(`${beside}${suffix}`)),
      )
      return fromSpacekit({ name: basename(beside), wal: source, version, schema }, { onLoss: say })
    }
  }
}

/** What it has within `origins` is looked at as it is read. @throws Failure where it is no storage state */
async function stateIn(source: ReadableStream<Uint8Array>, file: string): Promise<StorageState> {
  const text = await new Response(source).text()
  let state: Partial<StorageState> | null
  try {
    state = JSON.parse(text) as Partial<StorageState> | null
  } catch (error) {
    throw new Failure(
      `File "${file}" is no JSON: ${(error as Error).message}`,
      'ERR_IDB_FOREIGN_FILE',
    )
  }
  if (Array.isArray(state?.origins)) return state as StorageState
  throw new Failure(
    `File "${file}" is no storage state of Playwright: it has no "origins"`,
    'ERR_IDB_FOREIGN_FILE',
  )
}

/** undefined: there is no such file. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}

interface Lost {
  readonly store: string | null
  readonly key?: IDBValidKey | undefined
  readonly type?: string
  readonly reason?: string
}

function say({ store, key, type, reason }: Lost): void {
  const record = key === undefined ? '' : `the record ${formatKey(key)} of `
  const place = store === null ? '' : `${record}"${store}": `
  console.error(`warning: ${plainText(place + (reason ?? `a ${type} was lost`))}`)
}
