/**
 * For `IDB_TEST_KEEP=1 npx vitest run …`: what tests would remove at their end stays, and is named, so that one can look into the
 * files of a test that fails.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'

const remove = fs.rmSync

fs.rmSync = (path, options) => {
  const isOfTest = options?.recursive === true && String(path).startsWith(tmpdir())
  if (!isOfTest) return remove(path, options)
  if (fs.existsSync(path)) console.log(`kept: ${String(path)}`)
}
// For those that import the function by its name.
syncBuiltinESMExports()
