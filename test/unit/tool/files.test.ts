/** What may be written where. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkTarget } from '../../../tool/terminal/files.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-files-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('A file that is called like a database is not overwritten, even with --force, be it by a link', () => {
  const database = join(folder, `${'a2'.repeat(26)}.sqlite`)
  writeFileSync(database, '')
  const link = join(folder, 'link')
  symlinkSync(database, link)
  for (const file of [database, link, `${database}-wal`]) {
    expect(() => checkTarget(file, { force: true })).toThrow(/has the name of a database/)
  }
  const other = join(folder, 'other.sqlite')
  writeFileSync(other, '')
  expect(checkTarget(other, { force: true })).toBe('file')
  expect(() => checkTarget(other, { force: false })).toThrow(/--force/)
})
