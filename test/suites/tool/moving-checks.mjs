/** What is moved arrives: exports, imports, changes, comparisons. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  commandPath,
  json,
  jsonLines,
  output,
  resultOf,
  startTool,
  temporaryDirectory,
  tool,
} from './command.mjs'
import { makeByDexie, makeDatabase, makeEveryType, makeShop, whileInUse } from './directories.mjs'

const root = temporaryDirectory()
const dexie = join(root, 'dexie')
const everyType = join(root, 'every-type')
const large = join(root, 'large')
const largeFile = join(root, 'large.jsonl')
const largeCount = 30_000

export async function prepareMoving() {
  await makeByDexie(dexie)
  await makeEveryType(everyType)
  await makeDatabase(large, {
    name: 'large',
    upgrade: (database) => void database.createObjectStore('records', { autoIncrement: true }),
    fill(store) {
      for (let i = 0; i < largeCount; i++) store('records').put({ i, text: 'text '.repeat(20) })
    },
  })
  await output(['export', large, 'large', largeFile])
}

let count = 0
const freshPath = () => join(root, `fresh-${count++}`)

/** An export, its import elsewhere, and their comparison. */
async function moves(from, name) {
  const [file, to] = [freshPath(), freshPath()]
  const { records } = await json(['export', from, name, file])
  const imported = await json(['import', to, file])
  assert.deepEqual({ name: imported.name, records: imported.records }, { name, records })
  assert.equal(await output(['diff', from, name, to, name]), 'no differences\n')
  return records
}

/** A backup, its restoration elsewhere, and their comparison. */
async function backsUp() {
  const [file, to] = [freshPath(), freshPath()]
  const { bytes } = await json(['backup', dexie, 'library', file])
  const written = readFileSync(file)
  assert.equal(written.length, bytes)
  assert.equal(written.subarray(0, 15).toString(), 'SQLite format 3')
  await output(['import', to, file])
  assert.equal(await output(['diff', dexie, 'library', to, 'library']), 'no differences\n')
}

export const movingChecks = [
  ['what Dexie has made is the same after export and import', () => moves(dexie, 'library')],
  ['every type is the same after export and import', () => moves(everyType, 'every type')],
  [
    'what Dexie has made, in use by another process',
    () => whileInUse(dexie, () => moves(dexie, 'library')),
  ],
  [
    'every type, in use by another process',
    () => whileInUse(everyType, () => moves(everyType, 'every type')),
  ],
  [
    'an import into a directory in use by another process',
    async () => {
      const path = freshPath()
      await makeShop(path)
      await whileInUse(path, async () => {
        await output(['import', path, largeFile])
        assert.equal(await output(['diff', path, 'large', large, 'large']), 'no differences\n')
      })
    },
  ],
  [
    'a backup of a database in use is an SQLite file, which import restores',
    () => whileInUse(dexie, backsUp),
  ],
  [
    'by way of the standard streams',
    async () => {
      const path = freshPath()
      const exported = await output(['export', dexie, 'library'])
      await output(['import', path, '-', '--name', 'copy'], { input: exported })
      assert.equal(await output(['diff', dexie, 'library', path, 'copy']), 'no differences\n')
    },
  ],
  [
    'an import with --replace takes the place of another database',
    async () => {
      const path = freshPath()
      await makeShop(path, 'large')
      const { code, stderr } = await tool(['import', path, largeFile])
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^error: There is a database "large" already; add --replace .* --name .*\(ConstraintError, ERR_IDB_NAME_TAKEN\)\n$/,
      )
      await output(['import', path, largeFile, '--replace'])
      assert.equal(await output(['diff', path, 'large', large, 'large']), 'no differences\n')
    },
  ],
  [
    'an import with --resume that is killed goes on and ends equal',
    async () => {
      const path = freshPath()
      const text = readFileSync(largeFile)
      const importer = startTool(['import', path, '-', '--resume'])
      const ended = resultOf(importer)
      // Half of the file: it then waits for the rest, and what it has put by is there.
      importer.stdin.write(text.subarray(0, text.length >> 1))
      await untilPutBy(path)
      importer.kill('SIGKILL')
      assert.equal((await ended).signal, 'SIGKILL')
      assert.deepEqual(
        (await json(['schema', path])).map(({ name }) => name),
        ['large (import)'],
      )
      await output(['import', path, largeFile, '--resume'])
      assert.equal(await output(['diff', path, 'large', large, 'large']), 'no differences\n')
      assert.deepEqual(
        (await json(['schema', path])).map(({ name }) => name),
        ['large'],
      )
    },
  ],
  [
    'an import with --replace says whom it waits for, gives up, and goes on when called again',
    async () => {
      const path = freshPath()
      await makeShop(path, 'large')
      await whileInUse(path, async () => {
        const wait = ['--replace', '--wait', '0.1']
        const { code, stderr } = await tool(['import', path, largeFile, ...wait])
        assert.equal(code, 1)
        assert.match(
          stderr,
          /^Database "large" is open in process (\d+); waiting up to 0\.1 s for it to be closed\nerror: Database "large" is open in process \1, and was not replaced; all that is to be in "large" is in the database "large \(import\)", and the same command goes on from there \(AbortError, ERR_IDB_BLOCKED\)\n$/,
        )
        const waiting = startTool(['import', path, largeFile, '--replace', '--resume'])
        const ended = resultOf(waiting)
        await new Promise((resolve) => waiting.stderr.once('data', resolve))
        waiting.kill('SIGINT')
        const interrupted = await ended
        assert.equal(interrupted.code, 130)
        assert.match(
          interrupted.stderr,
          /\nerror: Interrupted; all that is to be in "large" is in the database "large \(import\)", and the same command goes on from there\n$/,
        )
      })
      await output(['import', path, largeFile, '--replace'])
      assert.equal(await output(['diff', path, 'large', large, 'large']), 'no differences\n')
    },
  ],
  ...Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }).map(([signal, expected]) => [
    `an import that is interrupted by ${signal} says so, ends with ${expected} and leaves no database`,
    async () => {
      const path = freshPath()
      const importer = startTool(['import', path, '-', '--replace'])
      const ended = resultOf(importer)
      importer.stdin.write(readFileSync(largeFile).subarray(0, 1_000_000))
      await untilPutBy(path)
      importer.kill(signal)
      const { code, stderr } = await ended
      assert.deepEqual(
        { code, stderr },
        { code: expected, stderr: 'error: Interrupted; nothing was imported\n' },
      )
      assert.equal(existsSync(path), false)
    },
  ]),
  [
    'an import that fails leaves no directory that was not there',
    async () => {
      const [top, cut] = [freshPath(), freshPath()]
      writeFileSync(cut, readFileSync(largeFile).subarray(0, 100_000))
      const { code, stderr } = await tool(['import', join(top, 'data'), cut])
      assert.equal(code, 1)
      assert.match(stderr, /ERR_IDB_CUT_FILE\)\n$/)
      assert.equal(existsSync(top), false)
    },
  ],
  [
    'an export to - goes to the standard output, and one to a pipe to its reader',
    async () => {
      const [path, pipe] = [freshPath(), freshPath()]
      const exported = await output(['export', dexie, 'library', '-'])
      assert.match(exported, /^\{"format":"idb-everywhere"/)
      if (process.platform === 'win32') return
      execFileSync('mkfifo', [pipe])
      await Promise.all([
        output(['export', dexie, 'library', pipe]),
        output(['import', path, pipe]),
      ])
      assert.equal(await output(['diff', dexie, 'library', path, 'library']), 'no differences\n')
    },
  ],
  [
    'put waits for a value that another command is still to write',
    async () => {
      const path = freshPath()
      await makeShop(path)
      const script = `tool="$1"; path="$2"
        "$0" "$tool" get "$path" shop settings prices |
        "$0" "$tool" put "$path" shop settings - copy --write`
      const printed = execFileSync('sh', ['-c', script, process.execPath, commandPath, path])
      assert.equal(printed.toString(), 'stored under "copy"\n')
      const [{ value }, copied] = await Promise.all(
        ['prices', 'copy'].map((key) => json(['get', path, 'shop', 'settings', key])),
      )
      assert.deepEqual(copied.value, value)
    },
  ],
  [
    'an export overwrites no file unless it is told to',
    async () => {
      const file = freshPath()
      writeFileSync(file, 'mine')
      const { code, stderr } = await tool(['export', dexie, 'library', file])
      assert.equal(code, 1)
      assert.match(stderr, /is there already; add --force to overwrite it \(EEXIST\)\n$/)
      assert.equal(readFileSync(file, 'utf8'), 'mine')
      await output(['export', dexie, 'library', file, '--force'])
      assert.match(readFileSync(file, 'utf8'), /^\{"format":"idb-everywhere"/)
      // What a killed one has left an hour ago goes, and nothing else.
      const left = [
        `${file}.${randomUUID()}.partial`,
        `${file}.partial`,
        `${file}.${randomUUID()}.partial`,
      ]
      for (const it of left) writeFileSync(it, '')
      for (const it of left.slice(0, 2)) utimesSync(it, 1, 1)
      await output(['export', dexie, 'library', file, '--force'])
      assert.deepEqual(
        left.map((it) => existsSync(it)),
        [false, true, true],
      )
      for (const it of left) rmSync(it, { force: true })
    },
  ],
  [
    'diff tells the differences and ends with 3',
    async () => {
      const [a, b] = [freshPath(), freshPath()]
      await makeShop(a)
      await makeShop(b)
      await output(['put', b, 'shop', 'settings', 'true', 'open', '--write'])
      await output(['put', b, 'shop', 'settings', '{"$":"undefined"}', 'logo', '--write'])
      await output(['delete', b, 'shop', 'orders', '..2', '--write'])
      const { code, stdout } = await tool(['diff', a, 'shop', b, 'shop', '--json'])
      assert.equal(code, 3)
      const found = stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
      assert.deepEqual(
        found.map(({ store, key, a: left, b: right }) => [store, key, left && 'a', right && 'b']),
        [
          ['orders', 1, 'a', undefined],
          ['orders', 2, 'a', undefined],
          ['settings', 'logo', 'a', 'b'],
          ['settings', 'open', undefined, 'b'],
        ],
      )
      const text = await tool(['diff', a, 'shop', b, 'shop'])
      assert.equal(text.code, 3)
      assert.match(text.stdout, /^- orders\t1\t\{/)
      assert.match(text.stdout, /^4 differences$/m)
    },
  ],
  [
    'put and delete change what others see, and only with --write',
    async () => {
      const path = freshPath()
      await makeShop(path)
      await whileInUse(path, async () => {
        const before = await jsonLines(['dump', path, 'shop'])
        for (const args of [
          ['put', path, 'shop', 'settings', '1', 'one'],
          ['delete', path, 'shop', 'orders', '1'],
        ]) {
          const { code, stderr } = await tool(args)
          assert.equal(code, 2)
          assert.match(
            stderr,
            /^error: "(put|delete)" changes the database; add --write to have it done\n$/,
          )
        }
        assert.deepEqual(await jsonLines(['dump', path, 'shop']), before)
        assert.deepEqual(await json(['put', path, 'shop', 'orders', '{"total":5}', '--write']), {
          key: 5,
        })
        assert.deepEqual(
          await json(['put', path, 'shop', 'settings', '-', 'Date(2026-01-01)', '--write'], {
            input: '{"$":"bigint","value":"7"}',
          }),
          { key: { $: 'Date', value: '2026-01-01T00:00:00.000Z' } },
        )
        assert.deepEqual(
          (await json(['get', path, 'shop', 'settings', 'Date(2026-01-01)'])).value,
          { $: 'bigint', value: '7' },
        )
        assert.deepEqual(await json(['delete', path, 'shop', 'orders', '2..', '--write']), {
          deleted: 4,
        })
        assert.equal((await jsonLines(['dump', path, 'shop', 'orders'])).length, 1)
      })
    },
  ],
]

/** Until an import has put something by, as another process sees it. */
async function untilPutBy(path) {
  for (;;) {
    const { code, stdout } = await tool(['schema', path, 'large (import)', '--json'])
    if (code === 0 && JSON.parse(stdout).stores[0].count > 0) return
  }
}
