/**
 * An engine on files that is not SQLite: a database is a JSON text, written whole at each change. All that it knows of
 * directories, names, deletions and salvages is what `FileEngine` asks of it.
 */
import { StorageError } from '../../../src/errors.ts'
import type { DatabaseFile, NamedFile } from '../../../src/files/database-files.ts'
import { fileError } from '../../../src/files/file-error.ts'
import {
  type DatabaseIdentity,
  type DatabaseLife,
  type FileEngine,
  type MountedEngine,
  type OpenedFile,
  type OwnedDirectory,
  type SavedStores,
} from '../../../src/files/file-engine.ts'
import { FileNames } from '../../../src/files/file-name.ts'
import type { VfsFile } from '../../../src/files/vfs.ts'

/** What is in a file; a version of -1 marks it as deleted. */
interface Contents {
  readonly name: string
  readonly version: number
  readonly records: Readonly<Record<string, string>>
}

export const jsonNames = new FileNames('.json')

/** The engine; `released` counts how often it was given back. */
export function jsonEngine(): FileEngine<JsonDatabase> & { loaded: number; released: number } {
  const engine = {
    loaded: 0,
    released: 0,
    fileNames: jsonNames,
    companionsOf: (fileName: string) => [`${fileName}-draft`],
    async load() {
      engine.loaded++
      return { mount: (owned: OwnedDirectory) => new JsonFiles(owned), release }
    },
  }
  const release = (): void => void engine.released++
  return engine
}

/** An open database. */
export class JsonDatabase {
  readonly life: DatabaseLife
  readonly #file: VfsFile
  #contents: Contents

  constructor(file: VfsFile, contents: Contents, life: DatabaseLife) {
    this.#file = file
    this.#contents = contents
    this.life = life
  }

  get version(): number {
    return this.#contents.version
  }

  get records(): Readonly<Record<string, string>> {
    return this.#contents.records
  }

  upgrade(version: number): void {
    this.#contents = { ...this.#contents, version }
    write(this.#file, this.#contents)
    this.life.onVersionCommitted(version)
  }

  put(key: string, value: string): void {
    const records = { ...this.#contents.records, [key]: value }
    this.#contents = { ...this.#contents, records }
    write(this.#file, this.#contents)
  }

  async close(): Promise<void> {
    await this.life.queue(async () => this.#file.close())
    this.life.onClosed()
  }
}

class JsonFiles implements MountedEngine<JsonDatabase> {
  readonly #owned: OwnedDirectory

  constructor(owned: OwnedDirectory) {
    this.#owned = owned
  }

  async open(named: NamedFile): Promise<OpenedFile<JsonDatabase> | null> {
    const { directory } = this.#owned
    await directory.prepare([named.fileName])
    const file = directory.open(named.fileName, { create: true })
    if (!file) throw new Error('unreachable: a created file is missing')
    const known = file.size() === 0 ? null : readOrClose(file, named)
    if (known?.version === -1) {
      file.close()
      return null
    }
    const contents = known ?? { name: named.name, version: 0, records: {} }
    return {
      name: known?.name ?? null,
      version: contents.version,
      isKnown: false,
      toDatabase: (life) => new JsonDatabase(file, contents, life),
      abandon: () => file.close(),
    }
  }

  async identify(file: DatabaseFile): Promise<DatabaseIdentity | null> {
    const contents = await this.#read(file)
    return contents && contents.version >= 0 ? contents : null
  }

  async markDeleted(file: DatabaseFile): Promise<number> {
    const contents = await this.#read(file)
    if (!contents) return 0
    await this.#write(file, { ...contents, version: -1 })
    return Math.max(contents.version, 0)
  }

  async gather(file: DatabaseFile): Promise<number> {
    return (await this.identify(file))?.version ?? 0
  }

  async copyReadable(damaged: NamedFile, copy: DatabaseFile): Promise<SavedStores> {
    const text = (await this.#readText(damaged)) ?? ''
    const pairs = [...text.matchAll(/"(\w+)":"(\w+)"/g)].map(([, key, value]) => [key, value])
    const found = pairs.filter(([key]) => key !== 'name')
    const records: Record<string, string> = Object.fromEntries(found)
    await this.#write(copy, { name: damaged.name, version: 1, records })
    return [{ name: 'records', saved: found.length, lost: 0, hasGap: true }]
  }

  unmount(): void {}

  async #read(file: DatabaseFile): Promise<Contents | null> {
    const text = await this.#readText(file)
    return text === null ? null : parse(text, file)
  }

  async #readText({ fileName, label }: DatabaseFile): Promise<string | null> {
    try {
      await this.#owned.directory.prepare([fileName])
      const file = this.#owned.directory.open(fileName, { create: false })
      const text = file && textOf(file)
      file?.close()
      return text === '' ? null : text
    } catch (error) {
      throw fileError(label, 'reading the file', error)
    }
  }

  async #write({ fileName }: DatabaseFile, contents: Contents): Promise<void> {
    await this.#owned.directory.prepare([fileName])
    const file = this.#owned.directory.open(fileName, { create: true })
    if (!file) throw new Error('unreachable: a created file is missing')
    write(file, contents)
    file.close()
  }
}

function readOrClose(file: VfsFile, named: NamedFile): Contents {
  try {
    return parse(textOf(file), named)
  } catch (error) {
    file.close()
    throw error
  }
}

function textOf(file: VfsFile): string {
  const bytes = new Uint8Array(file.size())
  file.read(bytes, 0)
  return new TextDecoder().decode(bytes)
}

function parse(text: string, { label }: DatabaseFile): Contents {
  try {
    return JSON.parse(text) as Contents // As this engine writes it, or it does not parse.
  } catch (cause) {
    throw new StorageError('corrupt', `${label}: the text is damaged`, { cause })
  }
}

function write(file: VfsFile, contents: Contents): void {
  const bytes = new TextEncoder().encode(JSON.stringify(contents))
  file.truncate(0)
  file.write(bytes, 0)
  file.sync(false)
}
