/** Writes files with all there is, in Node and in a browser, and has them read by the reader in Python. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { browsersHere, startBrowser } from '../../kit/browsers.ts'
import { startServer } from '../../kit/page-server.ts'
import { storeEverything } from './everything.mjs'

/** All that the page on the format names; `node` is what Node 20 writes, `browser` what takes a browser. */
const named = {
  tags: {
    node: [
      [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a],
      [0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17],
      [0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x30, 0x31, 0x32, 0x40, 0x41, 0x44, 0x80, 0xc0],
    ].flat(),
    browser: [0x42, 0x43, 0x45],
  },
  views: { node: [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12], browser: [8] },
  errors: { node: [0, 1, 2, 3, 4, 5, 6], browser: [] },
  parts: {
    node: [],
    browser: [
      ['DOMPoint', 'DOMPointReadOnly', 'DOMRect', 'DOMRectReadOnly', 'DOMQuad'],
      ['DOMMatrix', 'DOMMatrixReadOnly', 'ImageData', 'QuotaExceededError'],
    ].flat(),
  },
}

/** The examples of the page: how they are read, their bytes as they stand there, and what they are. */
const examples = [
  ['--key', '10 BF F0 00 00 00 00 00 00', 1],
  ['--key', '10 40 0F FF FF FF FF FF FF', -1],
  ['--key', '30 62 80 65 C0 97 BD C0 9E A2 00', 'aä🌡'],
  ['--key', '50  10 BF F0 00 00 00 00 00 00  30 62 00  00', [1, 'a']],
  [
    '--value',
    '01  20 05 84 73 65 6C 66  21 01  10 00',
    { $: 'Object', id: 0, value: { self: [{ $: 'ref', id: 0 }] } },
  ],
  [
    '--value',
    '01  40 83 61 2F 62 00 02  68 69  40 00 00 00 00 00 00 00',
    { $: 'Blob', type: 'a/b', size: 2, base64: 'aGk=' },
  ],
]

const complaints = []
let lineCount = 0
const met = { tags: new Set(), views: new Set(), errors: new Set(), parts: new Set() }

/** Gives the exit code. */
export async function main(words, { dist, library, reader, page, pageScripts }) {
  const scratch = mkdtempSync(join(tmpdir(), 'idb-everywhere-format-'))
  try {
    readExamples(reader, readFileSync(page, 'utf8'))
    await inNode(scratch, library, reader)
    const { found, missing } = browsersHere(['chromium'])
    if (found.length > 0) await inBrowser(scratch, { dist, reader, pageScripts })
    complainOfUnmet(found.length > 0 ? ['node', 'browser'] : ['node'])
    return report(missing)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function readExamples(reader, page) {
  for (const [how, bytes, wanted] of examples) {
    if (!page.includes(`\`${bytes}\``)) complaints.push(`the page has no example ${bytes}`)
    const { stdout } = spawnSync('python3', ['-B', reader, how, bytes], { encoding: 'utf8' })
    complainOf('the page', stdout && JSON.stringify(JSON.parse(stdout)), JSON.stringify(wanted))
  }
}

async function inNode(scratch, { close, createIndexedDB }, reader) {
  const path = join(scratch, 'node')
  const copy = join(scratch, 'copy of a directory in use')
  const indexedDB = createIndexedDB({ path })
  const expected = await storeEverything(indexedDB, () => copyDirectory(path, copy))
  await close(indexedDB)
  if (!readdirSync(copy).some((name) => name.endsWith('-wal'))) complaints.push('no log was copied')
  compare('a copy of a directory in use', read(reader, copy), expected)
  compare('Node', read(reader, path), expected)
}

/** Without what tells of the owner, a socket among it. */
function copyDirectory(from, to) {
  cpSync(from, to, { recursive: true, filter: (file) => !basename(file).startsWith('owner.') })
}

async function inBrowser(scratch, { dist, reader, pageScripts }) {
  const server = await startServer({ '/dist/': dist, '/format/': pageScripts })
  const browser = await startBrowser('chromium')
  try {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${server.origin}/`)
    await page.addScriptTag({ url: '/format/page.mjs', type: 'module' })
    await page.waitForFunction('typeof storeInPage === "function"')
    const told = await page.evaluate((entry) => storeInPage(entry), '/dist/index-browser.js')
    const { expected, files } = JSON.parse(told)
    const path = join(scratch, 'browser')
    mkdirSync(path)
    for (const [name, base64] of Object.entries(files)) {
      writeFileSync(join(path, name), Buffer.from(base64, 'base64'))
    }
    compare('Chromium', read(reader, path), expected)
  } finally {
    await browser.close()
    server.close()
  }
}

/** The reader's lines by database; what it has met is noted. */
function read(reader, path) {
  const { status, stdout, stderr } = spawnSync('python3', ['-B', reader, path], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  if (status !== 0) throw new Error(`The reader failed: ${stderr}`)
  const databases = {}
  let lines = []
  for (const text of stdout.trimEnd().split('\n')) {
    const line = JSON.parse(text)
    if (line.met)
      for (const kind of Object.keys(met)) line.met[kind].forEach((it) => met[kind].add(it))
    else if ('database' in line) databases[line.database] = lines = [line]
    else lines.push(line)
  }
  return databases
}

/** As text: members have their order, too. */
function compare(where, found, expected) {
  for (const name of new Set([...Object.keys(found), ...Object.keys(expected)])) {
    const [lines = [], wanted = []] = [found[name], expected[name]]
    lineCount += lines.length
    if (lines.length !== wanted.length) {
      complaints.push(`${where}: ${lines.length} lines of "${name}" instead of ${wanted.length}`)
    }
    wanted.forEach((line, i) => complainOf(where, JSON.stringify(lines[i]), JSON.stringify(line)))
  }
}

function complainOf(where, found, wanted) {
  if (found !== wanted)
    complaints.push(`${where}: read ${found?.slice(0, 600)}\n  instead of ${wanted.slice(0, 600)}`)
}

function complainOfUnmet(places) {
  for (const [kind, lists] of Object.entries(named)) {
    const unmet = places.flatMap((place) => lists[place]).filter((it) => !met[kind].has(it))
    if (unmet.length > 0) complaints.push(`no value had the ${kind} ${unmet.join(', ')}`)
  }
}

function report(missing) {
  for (const complaint of complaints) console.log(`✗ ${complaint}`)
  const notRun = missing > 0 ? ', without a browser' : ''
  const kinds = met.tags.size + met.views.size + met.errors.size + met.parts.size
  console.log(
    `format: ${lineCount} keys, values and entries read by Python, ${kinds} kinds of them, ${complaints.length} findings${notRun}`,
  )
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  return complaints.length > 0 || (isRequired && missing > 0) ? 1 : 0
}
