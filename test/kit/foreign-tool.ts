/** Another SQLite tool, without any of our protections: it may do to a closed file whatever SQL can. */
import type { Engine } from '../../src/sqlite/engine.ts'
import { withCString } from '../../src/sqlite/binding/c-string.ts'
import type { Vfs } from '../../src/files/vfs.ts'

const SQLITE_OPEN_READWRITE = 0x2

/** Which file. */
export interface ForeignTarget {
  readonly vfs: Vfs
  readonly path: string
  readonly fileName: string
}

/** Runs statements on a file; those that fail change nothing. Gives the failed ones' result codes. */
export function runForeignSql(
  engine: Engine,
  { vfs, path, fileName }: ForeignTarget,
  statements: readonly string[],
): number[] {
  const { module, bridge } = engine
  const mount = bridge.mount(vfs.directory(path), { isPersistent: true })
  const handleOut = module._sqlite3_malloc(4)
  withCString(module, mount.pathOf(fileName), (file) =>
    withCString(module, bridge.name, (name) =>
      module._sqlite3_open_v2(file, handleOut, SQLITE_OPEN_READWRITE, name),
    ),
  )
  const handle = new DataView(module.HEAPU8.buffer).getUint32(handleOut, true)
  const run = (sql: string): number =>
    withCString(module, sql, (text) => module._sqlite3_exec(handle, text, 0, 0, 0))
  run('PRAGMA locking_mode = EXCLUSIVE')
  const codes = statements.map(run)
  module._sqlite3_close_v2(handle)
  module._sqlite3_free(handleOut)
  bridge.unmount(mount)
  return codes.filter((code) => code !== 0)
}
