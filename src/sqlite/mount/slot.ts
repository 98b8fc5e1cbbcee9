/**
 * A database file as SQLite sees it under a path that stays, while the file it leads to changes: so a connection can go
 * from one database to the next.
 */
import type { Mount } from './mount.ts'
import type { VfsFile } from '../../files/vfs.ts'

/** The name of the database's file under every slot's path; SQLite derives those of companions from it. */
const slotFile = 'database'

/** A file SQLite has open. Only a slot's changes. */
export interface OpenFile {
  file: VfsFile
  name: string
  mount: Mount
  /** The slot whose file it is; null where the path is the file's own. */
  readonly slot: Slot | null
}

/** One path, and the file it stands for at the moment. */
export class Slot {
  readonly id: string
  /** The path SQLite gets. */
  readonly path: string
  #target: { mount: Mount; fileName: string } | null = null
  /** What SQLite has open; null until it opens it. */
  #opened: OpenFile | null = null

  constructor(id: string) {
    this.id = id
    this.path = `/${id}/${slotFile}`
  }

  /** Stands for a file that is there. SQLite must be at rest: no transaction, no lock, no cached page. */
  attach(mount: Mount, fileName: string): void {
    this.#target = { mount, fileName }
    if (!this.#opened) return
    const file = mount.open(fileName, { create: false, kind: 'database' })
    if (!file) throw new Error(`unreachable: the file ${fileName} is missing`)
    Object.assign(this.#opened, { file, name: fileName, mount })
  }

  /** How many bytes its file takes; null where SQLite has opened none. */
  get sizeBytes(): number | null {
    return this.#opened?.file.size() ?? null
  }

  /** Lets go of the file; SQLite must stay at rest until the next `attach()`. */
  detach(): void {
    this.#target = null
    if (this.#opened) this.#opened.mount.close(this.#opened.name, this.#opened.file)
  }

  /** Where a name under this path lies. */
  resolve(name: string): { mount: Mount; name: string } {
    if (!this.#target) throw new Error(`unreachable: ${this.path} stands for no file`)
    const { mount, fileName } = this.#target
    return { mount, name: fileName + name.slice(slotFile.length) }
  }

  /** SQLite has opened the database's file. */
  noteOpened(opened: OpenFile): void {
    this.#opened = opened
  }
}
