/** Directories are cared for: listed, checked, salvaged, compacted, examined, and databases deleted, in use and not. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { json, output, temporaryDirectory, tool } from './command.mjs'
import { makeByDexie, makeDatabase, makeShop, whileInUse } from './directories.mjs'

/** Each is made once, and only copied. */
const root = temporaryDirectory()
const shop = join(root, 'shop')
const dexie = join(root, 'care-dexie')

export async function prepareCare() {
  await makeShop(shop)
  await makeByDexie(dexie)
}

let copies = 0

/** A copy of the shop, or of another directory. */
function copyOf(source = shop) {
  const copy = join(root, `copy-${++copies}`)
  // What the last owner has left of itself is no part of it: a socket cannot be copied.
  cpSync(source, copy, { recursive: true, filter: (file) => !basename(file).startsWith('owner.') })
  return copy
}

/** The one database's file. */
const fileIn = (path) => readdirSync(path).find((name) => name.endsWith('.sqlite'))

/** Breaks the page with those bytes. */
function breakPage(path, text) {
  const file = join(path, fileIn(path))
  const bytes = readFileSync(file)
  const at = bytes.indexOf(text)
  assert.ok(at > 0, text)
  bytes[at - (at % 4096)] ^= 0xff
  writeFileSync(file, bytes)
}

/** What a command says that has ended with that code, as JSON. */
async function jsonWith(code, args) {
  const ended = await tool([...args, '--json'])
  assert.equal(ended.code, code, ended.stderr)
  return JSON.parse(ended.stdout)
}

/** Title → what is to be seen, of a directory that Dexie has made; tried while it is in use, and while it is not. */
const onAnyDirectory = [
  [
    'ls has version and size',
    async () => {
      const { databases, others } = await json(['ls', dexie])
      assert.deepEqual(others, [])
      assert.equal(databases.length, 1)
      const [{ name, version, file, sizeBytes, logBytes }] = databases
      assert.deepEqual({ name, version }, { name: 'library', version: 20 })
      assert.equal(sizeBytes - logBytes, statSync(join(dexie, file)).size)
      assert.match(await output(['ls', dexie]), /^database +version +size.*\nlibrary +20 +/)
    },
  ],
  [
    'check finds it sound',
    async () => {
      const { isSound, databases } = await json(['check', dexie])
      assert.equal(isSound, true)
      assert.deepEqual(databases[0].problems, [])
      assert.equal(databases[0].records, 3_003)
      assert.match(
        await output(['check', dexie, 'library']),
        /^✓ library, version 20, 3,003 records\n/,
      )
    },
  ],
  [
    'doctor tells what reads it, and no error',
    async () => {
      const { reader, databases, findings } = await json(['doctor', dexie])
      assert.match(reader.engine, /^SQLite 3\./)
      assert.deepEqual(
        databases.map(({ state }) => state),
        ['ours'],
      )
      assert.deepEqual(
        findings.filter(({ level }) => level === 'error'),
        [],
      )
      const text = await output(['doctor', dexie])
      assert.match(text, /^directory +\//)
      // Its names are an owner's to tell: there is no column of nothing.
      const isNamed = databases[0].name !== null
      assert.match(text, isNamed ? /^file +database +state/m : /^file +state/m)
    },
  ],
]

export const careChecks = [
  ...onAnyDirectory.map(([title, work]) => [`${title}, not in use`, work]),
  [
    `${onAnyDirectory.map(([title]) => title).join('; ')}; in use`,
    () =>
      whileInUse(dexie, async () => {
        for (const [, work] of onAnyDirectory) await work()
      }),
  ],
  [
    'in use, doctor names the owner, and a check says how far it went',
    async () => {
      const path = copyOf()
      await whileInUse(path, async () => {
        const { status, databases } = await json(['doctor', path])
        assert.equal(status.state, 'shared')
        assert.equal(databases[0].name, 'shop')
        assert.match(await output(['doctor', path]), /owner +process \d+, on .*, which shares it/)
        assert.equal((await json(['check', path])).depth, 'records')
        assert.match(await output(['check', path]), /Another program has the directory/)
      })
      assert.equal((await json(['check', path])).depth, 'files')
    },
  ],
  [
    'in use, salvage and compact name the owner and do nothing',
    async () => {
      const path = copyOf()
      await whileInUse(path, async () => {
        for (const command of ['salvage', 'compact']) {
          const { code, stderr, stdout } = await tool([command, path])
          assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
          assert.match(
            stderr,
            /alone, and they are in use by process \d+.* \(.*ERR_IDB_LOCKED\)\n$/,
          )
        }
      })
    },
  ],
  [
    'a damaged page: check and doctor say so, salvage saves the rest, and then it is sound',
    async () => {
      const path = copyOf(dexie)
      breakPage(path, 'title 2000')
      const checked = await jsonWith(3, ['check', path])
      assert.equal(checked.isSound, false)
      assert.ok(checked.databases[0].problems.some(({ kind }) => /file|unreadable/.test(kind)))
      assert.match((await tool(['check', path])).stdout, /^✗ library.*\n {2}✗ /)
      for (const line of (await tool(['check', path])).stdout.split('\n')) {
        assert.ok(line.length < 400, line)
      }
      const [{ report }] = await jsonWith(3, ['salvage', path])
      assert.ok(report.stores.find(({ name }) => name === 'books').saved > 2_000)
      assert.ok(existsSync(join(path, report.quarantine)))
      assert.equal((await json(['check', path])).isSound, true)
      const { findings } = await json(['doctor', path])
      assert.ok(findings.some(({ code }) => code === 'put-aside'))
    },
  ],
  [
    'a database whose file cannot be read is said to be damaged, not to be missing',
    async () => {
      const path = copyOf()
      const file = join(path, fileIn(path))
      const bytes = readFileSync(file)
      // All but the header.
      writeFileSync(file, bytes.fill(0xff, 4096))
      for (const args of [
        ['dump', path, 'shop'],
        ['export', path, 'shop'],
        ['diff', shop, 'shop', path, 'shop'],
      ]) {
        const { code, stderr } = await tool(args)
        assert.equal(code, 1)
        assert.match(stderr, /^error: Database "shop" .* "salvage", .*ERR_IDB_CORRUPT\)$/m)
      }
      assert.match(
        (await tool(['dump', path, 'shp'])).stderr,
        /^error: There is no database "shp"/m,
      )
      await jsonWith(3, ['salvage', path, 'shop'])
    },
  ],
  [
    'a file that is no database: doctor and check end with 3, and rm deletes it',
    async () => {
      const path = copyOf()
      writeFileSync(join(path, fileIn(path)), 'x'.repeat(5_000))
      const { findings } = await jsonWith(3, ['doctor', path])
      const { advice } = findings.find(({ code }) => code === 'damaged')
      // Without the name it would be left as it is.
      assert.match(advice, /salvage with the directory and the name of the database$/)
      const { databases } = await jsonWith(3, ['check', path])
      assert.equal(databases[0].name, null)
      const { others } = await jsonWith(3, ['ls', path])
      assert.match(others[0].damage, /is not an SQLite file: .*; restore a backup, or salvage it$/)
      assert.deepEqual(await json(['rm', path, 'shop', '--yes']), { name: 'shop', version: null })
      assert.equal(fileIn(path), undefined)
    },
  ],
  [
    'compact makes a file smaller, and leaves all records',
    async () => {
      const path = join(root, 'spacious')
      const values = Array.from({ length: 300 }, (_, i) => new Uint8Array(3_000).fill(i))
      await makeDatabase(path, {
        name: 'spacious',
        upgrade: (database) => database.createObjectStore('values'),
        fill: (store) => values.forEach((value, i) => store('values').put(value, i)),
      })
      await output(['delete', path, 'spacious', 'values', '..<200', '--write'])
      const before = await output(['dump', path, 'spacious'])
      const [{ bytesBefore, bytesAfter }] = await json(['compact', path])
      assert.ok(bytesAfter < bytesBefore / 2, `${bytesBefore} to ${bytesAfter} bytes`)
      assert.equal(statSync(join(path, fileIn(path))).size, bytesAfter)
      assert.equal(await output(['dump', path, 'spacious']), before)
    },
  ],
  [
    'rm deletes nothing without --yes, where no one can be asked',
    async () => {
      const path = copyOf()
      const { code, stderr } = await tool(['rm', path, 'shop'])
      assert.equal(code, 2)
      assert.match(stderr, /add --yes to delete without being asked/)
      assert.equal((await json(['ls', path])).databases.length, 1)
      assert.equal(await output(['rm', path, 'shop', '--yes']), 'deleted "shop", version 3\n')
      assert.deepEqual((await json(['ls', path])).databases, [])
    },
  ],
  [
    'rm waits for those who have a database open, and then gives up',
    async () => {
      const path = copyOf()
      await whileInUse(path, async () => {
        const { code, stderr } = await tool(['rm', path, 'shop', '--yes', '--wait', '0.1'])
        assert.equal(code, 1)
        assert.match(
          stderr,
          /^Database "shop" is open in process (\d+); waiting up to 0\.1 s.*\nerror: .* is still open, and was not deleted: a connection is open in process \1, which owns the storage; .*ERR_IDB_BLOCKED/,
        )
        assert.equal((await json(['ls', path])).databases.length, 1)
      })
    },
  ],
  [
    'what is not there is said to be missing, and is not made',
    async () => {
      const missing = join(root, 'missing')
      for (const command of ['ls', 'check', 'salvage', 'compact']) {
        const { code, stderr } = await tool([command, missing])
        assert.equal(code, 1)
        assert.match(stderr, /is not there/)
      }
      assert.equal((await tool(['rm', missing, 'shop', '--yes'])).code, 1)
      assert.equal((await jsonWith(3, ['doctor', missing])).findings[0].code, 'missing')
      assert.equal(existsSync(missing), false)
      const path = copyOf()
      const isMissing =
        /^error: .*"shp".*; did you mean "shop"\? There is "shop" \(NotFoundError, ERR_IDB_NO_SUCH_NAME\)\n$/
      for (const command of ['check', 'salvage', 'compact']) {
        assert.match((await tool([command, path, 'shp'])).stderr, isMissing)
      }
      assert.match((await tool(['rm', path, 'shp', '--yes'])).stderr, isMissing)
    },
  ],
]
