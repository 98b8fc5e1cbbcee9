/** How the command line answers those who hold it wrongly. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commandPath, json, output, resultOf, temporaryDirectory, tool } from './command.mjs'
import { makeShop } from './directories.mjs'

const root = temporaryDirectory()
const shop = join(root, 'shop')
const missing = join(root, 'missing')
const emptyDirectory = temporaryDirectory()

export async function prepareUse() {
  await makeShop(shop)
}

/** Arguments → what the message on the standard error has to say. */
const wrongUses = [
  [[], /Usage: idb-everywhere/],
  [['ls', ':memory:'], /":memory:" is no directory/],
  [['import', ':memory:', import.meta.filename], /":memory:" is no directory/],
  [
    ['import', 'shop.jsonl', 'postgres:'],
    /^error: That is a server in place of a file; name the file of .*, after the place of the databases\n/,
  ],
  [['shema', shop], /unknown command 'shema'\n\(Did you mean schema\?\)/],
  [['dump'], /missing required argument 'directory'/],
  [['get', shop, 'shop', 'settings', '-dark'], /'-dark'; put -- before arguments that begin/],
  [['get', shop, 'shop', 'settings', '{"a":1}'], /is no key: the object is the JSON of none/],
  [['get', shop, 'shop', 'settings', 'Bytes(abc)'], /two hexadecimal digits each \(character 7\)/],
  [['query', shop, 'shop', 'orders', '5..2'], /The lower bound is greater than the upper bound/],
  [['schema', shop, '--mermaid', '--json'], /'--mermaid' cannot be used with option '--json'/],
  [['backup', shop, 'shop', '-'], /cannot be written to "-"; give it a name/],
  [['schema', shop, '--jsno'], /unknown option '--jsno'\n\(Did you mean --json\?\)/],
  [['get', shop, 'shop', 'orders', '[1'], /'\[1'.* is no key: .*write 42, "text"/],
  [['query', shop, 'shop', 'orders', 'Date(x)..'], /"x" is no date/],
  [
    ['query', shop, 'shop', 'orders', '--direction', 'up'],
    /Allowed choices are next, nextunique, prev, prevunique/,
  ],
  [['query', shop, 'shop', 'orders', '--limit', '0'], /whole number from 1 on/],
  [
    ['put', shop, 'shop', 'settings', '{', 'key', '--write'],
    /'\{' is invalid for argument 'value'/,
  ],
  [
    ['put', shop, 'shop', 'settings', '{"$":"Nope"}', 'key', '--write'],
    /^error: The value cannot be read: this runtime, .* knows no Nope; /,
  ],
  [
    ['put', shop, 'shop', 'settings', '-', 'key', '--write'],
    /^error: The value cannot be read: Unexpected end of JSON input; /,
  ],
  [['put', shop, 'shop', 'settings', '1', 'key'], /add --write to have it done/],
  [['delete', shop, 'shop', 'orders', '1'], /add --write to have it done/],
  [['completion', 'csh'], /Allowed choices are bash, zsh, fish/],
]

/** The same for what is not there, or not as it was thought to be. */
const failures = [
  [['schema', missing], /^error: Directory ".*missing" is not there; .* \(ENOENT\)\n$/],
  [['schema', import.meta.filename], /^error: ".*" is a file; .* \(ENOTDIR\)\n$/],
  [
    ['schema', shop, 'shp'],
    /^error: There is no database "shp"; did you mean "shop"\? There are "shop" \(NotFoundError, ERR_IDB_NO_SUCH_NAME\)\n$/,
  ],
  [
    ['dump', emptyDirectory, 'shop'],
    /^error: There is no database "shop"; there are none \(NotFoundError, ERR_IDB_NO_SUCH_NAME\)\n$/,
  ],
  [['dump', shop, 'a\n b'], /^error: There is no database "a\\u000a b"; there are/],
  [['status', missing], /^error: Directory ".*missing" is not there; .* \(ENOENT\)\n$/],
  [['status', import.meta.filename], /^error: ".*" is a file; .* \(ENOTDIR\)\n$/],
  [['export', shop, 'shop', root], /^error: ".*" is a directory; name a file .* \(EISDIR\)\n$/],
  [
    ['export', shop, 'shop', join(missing, 'x')],
    /^error: Directory ".*missing" is not there, .* \(ENOENT\)\n$/,
  ],
  [['import', root, root], /^error: ".*" is a directory; name the file of .* \(EISDIR\)\n$/],
  [
    ['import', import.meta.filename, import.meta.filename],
    /^error: ".*" is a file, or lies in one; name a directory \(ENOTDIR\)\n$/,
  ],
  [
    ['dump', shop, 'shop', 'order'],
    /did you mean "orders"\?.* \(NotFoundError, ERR_IDB_NO_SUCH_NAME\)\n$/,
  ],
  [['query', shop, 'shop', 'orders', '--index', 'by costumer'], /did you mean "by customer"\?/],
  [
    ['get', shop, 'shop', 'orders', '99'],
    /^error: Object store "orders" has no record with the key 99 \(NotFoundError\)\n$/,
  ],
  [
    ['put', shop, 'shop', 'products', '{"code":"C","name":"lamp"}', '--write'],
    /\(ConstraintError, ERR_IDB_CONSTRAINT\)\n$/,
  ],
  [['export', shop, 'shp'], /There is no database "shp"/],
  [
    ['import', missing, join(root, 'none.jsonl')],
    /^error: File ".*none.jsonl" is not there; .* \(ENOENT\)\n$/,
  ],
  [
    ['import', join(root, 'damaged'), import.meta.filename],
    /no export .* \(DataError, ERR_IDB_FOREIGN_FILE\)\n$/,
  ],
]

/** A name and a value that would change a terminal, if it obeyed them. */
const evil = '\u001b[31mred\u009b0m\u202e'

/** What all command lines that are used so print on the standard error; nothing else. */
async function messagesOf(uses, wantedCode) {
  return Promise.all(
    uses.map(async ([args, message]) => {
      const line = ['idb-everywhere', ...args].join(' ')
      const { code, stdout, stderr } = await tool(args)
      assert.match(stderr, message, line)
      assert.deepEqual({ code, stdout }, { code: wantedCode, stdout: '' }, line)
      return stderr
    }),
  )
}

export const useChecks = [
  [
    'wrong use ends with 2, says what is wrong, and prints nothing else',
    () => messagesOf(wrongUses, 2),
  ],
  [
    'a failure ends with 1 and a line that says why',
    async () => {
      for (const message of await messagesOf(failures, 1)) {
        assert.equal(message.split('\n').length, 2, message)
      }
    },
  ],
  [
    'a directory that is not there is not made by looking',
    async () => {
      const commands = [
        ['schema'],
        ['get', 'a', 'b', '1'],
        ['dump', 'a'],
        ['query', 'a', 'b'],
        ['export', 'a'],
        ['bench'],
        ['status'],
      ]
      for (const [name, ...args] of commands) {
        assert.equal((await tool([name, missing, ...args])).code, 1)
        assert.equal(existsSync(missing), false, name)
      }
    },
  ],
  [
    'every command has help with an example',
    async () => {
      const help = await output(['--help'])
      const names = [...help.matchAll(/^ {2}(\w[\w-]*) /gm)]
        .map(([, name]) => name)
        .filter((it) => it !== 'help')
      assert.ok(names.length >= 12, names.join())
      const helps = await Promise.all(names.map((name) => output([name, '--help'])))
      for (const text of helps) {
        const [, examples] = text.split(/^Examples?:\n/m)
        assert.match(
          examples,
          /^(?: {2}\$ (?:idb-everywhere |gunzip < |source <\(idb-everywhere ).*\n)+$/,
        )
      }
    },
  ],
  [
    'what a terminal would obey is escaped',
    async () => {
      const path = join(root, 'evil')
      await output(['import', path, '-'], { input: exportWith(evil) })
      for (const args of [
        ['schema', path],
        ['dump', path, evil],
        ['dump', path, evil, '--json'],
        ['get', path, evil, evil, JSON.stringify(evil)],
      ]) {
        const text = await output(args)
        assert.doesNotMatch(text.replaceAll(/[\n\t]/g, ''), /[\p{Cc}\p{Bidi_Control}]/u, args[0])
        assert.match(text, /\\u001b/, args[0])
      }
    },
  ],
  [
    'commands that look take the directory that programs take, where none is named',
    async () => {
      const env = { IDB_PATH: shop }
      assert.equal((await json(['ls'], { env })).databases[0].name, 'shop')
      assert.equal((await json(['schema'], { env }))[0].name, 'shop')
      assert.equal((await json(['check'], { env })).isSound, true)
      assert.equal((await json(['doctor'], { env })).databases.length, 1)
      assert.deepEqual(await json(['status'], { env }), { state: 'free' })
      assert.match(await output(['ls', '--help']), /\(default: IDB_PATH, else \.indexeddb\)/)
      const { stderr } = await tool(['ls'], { cwd: emptyDirectory, env: { IDB_PATH: '' } })
      assert.match(stderr, /^error: Directory ".indexeddb" is not there/)
    },
  ],
  [
    'the database and the store without a name can be seen',
    async () => {
      const path = join(root, 'nameless')
      await output(['import', path, '-'], { input: exportWith('') })
      assert.match(await output(['ls', path]), /^"" +1 /m)
      assert.match(await output(['schema', path]), /^"", version 1\n.*\n"" +1$/m)
      assert.match(await output(['check', path]), /^✓ "", version 1, 1 record\n/)
      assert.match(await output(['dump', path, '']), /^"": 1 record\n/)
    },
  ],
  [
    'bash completes commands, options, names and directories',
    async () => {
      const path = join(root, 'names')
      await makeShop(path, `two words'$(touch touched)`)
      const fitting = (...words) => completedInBash(['idb-everywhere', ...words], root)
      assert.deepEqual(await fitting('sch'), ['schema'])
      assert.deepEqual(await fitting('query', 'shop', 'shop', 'orders', '--d'), ['--direction'])
      assert.deepEqual(await fitting('query', '--direction', 'prev'), ['prev', 'prevunique'])
      assert.deepEqual(await fitting('schema', 'sho'), ['shop/'])
      assert.deepEqual(await fitting('dump', 'shop', ''), ['shop'])
      assert.deepEqual(await fitting('dump', 'shop', 'shop', 'o'), ['orders'])
      const indexes = await fitting('query', 'shop', 'shop', 'orders', '--index', 'by')
      assert.deepEqual(indexes, ['by\\ customer', 'by\\ day'])
      assert.deepEqual(await fitting('dump', 'names', 't'), [
        `two\\ words\\'\\$\\(touch\\ touched\\)`,
      ])
      assert.equal(existsSync(join(root, 'touched')), false)
    },
  ],
  [
    'bash completes names that begin with a minus after -- alone',
    async () => {
      await makeShop(join(root, 'minus'), '-x')
      const fitting = (...words) => completedInBash(['idb-everywhere', ...words], root)
      assert.deepEqual(await fitting('schema', 'minus', ''), ['--'])
      assert.deepEqual(await fitting('schema', 'minus', '-'), ['--mermaid', '--json', '--help'])
      assert.deepEqual(await fitting('schema', 'minus', '--', '-'), ['-x'])
      assert.deepEqual(await fitting('dump', 'minus', '--', '-x', 'o'), ['orders'])
      assert.match(
        await output(['dump', 'minus', '--', '-x', 'orders'], { cwd: root }),
        /^1\t\{"customer":"Ada"/,
      )
    },
  ],
  [
    'an output on a full disk is a line of the standard error, and an exit code of its own',
    async () => {
      const commands = [
        ['--help'],
        ['ls', shop],
        ['ls', shop, '--json'],
        ['dump', shop, 'shop'],
        ['export', shop, 'shop'],
        ['check', shop],
        ['completion', 'bash'],
      ]
      for (const args of commands) {
        const { code, stderr } = await piped('exec "$@" > /dev/full', args)
        assert.match(
          stderr,
          /^error: The standard output cannot be written: ENOSPC: no space left .*; what it has is not whole \(ENOSPC\)\n$/,
        )
        assert.equal(code, 4, args.join(' '))
      }
    },
  ],
  [
    'an output whose reader has gone is no failure',
    async () => {
      for (const args of [['--help'], ['ls', shop, '--json'], ['export', shop, 'shop']]) {
        const { code, stderr } = await piped('set -o pipefail; "$@" | exec true', args)
        assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, args.join(' '))
      }
    },
  ],
  [
    'bench measures, and leaves nothing',
    async () => {
      const figures = await json(['bench', root])
      assert.ok(figures.length >= 5 && figures.every(({ perSecond }) => perSecond > 0))
      assert.deepEqual(
        readdirSync(root).filter((name) => name.includes('bench')),
        [],
      )
    },
  ],
]

/** What the command line ends with, where a script of bash has it as its arguments. */
async function piped(script, args) {
  const words = ['-c', script, 'bash', process.execPath, commandPath, ...args]
  return resultOf(spawn('bash', words, { stdio: ['ignore', 'pipe', 'pipe'] }))
}

/** What bash would offer for the last of the words. */
async function completedInBash(words, cwd) {
  const script = `idb-everywhere() { '${process.execPath}' '${commandPath}' "$@"; }
source <(idb-everywhere completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_idb_everywhere
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...words], { cwd })
  return stdout.split('\n').slice(0, -1)
}

/** An export of a database and a store of that name, with a record whose key and value are that name too. */
function exportWith(name) {
  const stores = [{ name, keyPath: null, autoIncrement: false, indexes: [], count: 1 }]
  const header = {
    format: 'idb-everywhere',
    version: 1,
    exported: '',
    database: { name, version: 1 },
    stores,
  }
  const lines = [header, { s: 0, k: name, v: name }, { end: true, counts: [1] }]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
