/**
 * What a person sees who sits at a terminal of 80 or of 120 columns: each command on a directory made by Dexie and on one made by a
 * stranger's code, in use by another process and not; and the sessions of docs/command-line.md, typed at a shell's prompt.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { commandPath, json, output, temporaryDirectory } from '../command.mjs'
import { makeByDexie, makeByStranger, whileInUse } from '../directories.mjs'
import { pageSessions, patternOf, preparePlace } from '../sessions.mjs'
import { beginExport } from './half-an-export.mjs'
import { typedAtPrompt } from './shell.mjs'
import { isTerminalHere, paintedCount, startTerminal, textOf, wrappedCount } from './terminal.mjs'

const root = temporaryDirectory()
const widths = [80, 120]

/** A store without key paths of each, and something in it. */
const directories = [
  { path: join(root, 'dexie'), name: 'library', store: 'blobs', key: 'blob' },
  { path: join(root, 'stranger'), name: 'settings', store: 'keyval', key: 'theme' },
]

export async function prepareTerminal() {
  if (!isTerminalHere) return
  await Promise.all([makeByDexie(directories[0].path), makeByStranger(directories[1].path)])
}

/** The command in a terminal, when it has ended. */
async function inTerminal(args, options) {
  const terminal = startTool(args, options)
  return { code: await terminal.ended, ...terminal, text: textOf(terminal.screen) }
}

function startTool(args, options) {
  return startTerminal([process.execPath, commandPath, ...args], { cwd: root, ...options })
}

let count = 0
const freshPath = () => join(root, `fresh-${++count}`)

/**
 * All commands but `inspect` and `rm`, which wait for a person: arguments → what is on the screen, and where that is not 0, the exit code.
 * `fits`: what it prints keeps within the terminal, whatever the names; records and paths are as long as they are.
 */
function commandsOn({ path, name, store, key }, isInUse) {
  const [file, copy, backup] = [freshPath(), freshPath(), freshPath()]
  const place = [path, name, store]
  const alone = isInUse ? [/^error: .* in use by process \d+/, { code: 1 }] : [/./, {}]
  return [
    [['ls', path], new RegExp(`^database +version +size.*\\n${name} +\\d+ +`), { fits: true }],
    [['schema', path, name], /^object store +key path +records$/m, { fits: true }],
    [['get', ...place, key], /\S/],
    [['dump', ...place], new RegExp(`^"${key}" +\\S`, 'm')],
    [['query', ...place, '--limit', '1'], new RegExp(`^"${key}" +\\S`)],
    [['put', ...place, '"by hand"', 'zebra', '--write'], /^stored under "zebra"\n$/],
    [['delete', ...place, 'zebra', '--write'], /^deleted 1 record\n$/],
    [['export', path, name, file], /^[\d,]+ records? in .*, [\d.]+ [kM]?B|bytes\n$/],
    [['import', copy, file], new RegExp(`^[\\d,]+ records? in ${name}, version \\d+\\n$`)],
    [['backup', path, name, backup], new RegExp(`^${name} in .*, [\\d.]+ [kM]B\\n$`)],
    [['diff', path, name, copy, name], /^no differences\n$/],
    [['check', path], new RegExp(`^✓ ${name}, version \\d+, [\\d,]+ records?\\n`), { fits: true }],
    [['doctor', path], /^directory +\/[^]*^owner +[^]*^file +.*state/m, { fits: true }],
    [['status', path], isInUse ? /"state": "shared"/ : /"state": "free"/],
    [['salvage', path], ...alone],
    [['compact', path], ...alone],
    [['bench', root], /^operation +times +each \(median\) +that is\n/, { fits: true }],
    [['completion', 'bash'], /complete/],
    [['--help'], /^Look:\n {2}ls +the databases/m, { fits: true }],
    [['ls', join(root, 'nowhere')], /^error: Directory .* is not there/, { code: 1 }],
  ]
}

async function showsAll(directory, columns, isInUse) {
  for (const [args, shown, { code = 0, fits = false } = {}] of commandsOn(directory, isInUse)) {
    const ended = await inTerminal(args, { columns })
    const line = `${args.join(' ')}, ${columns} columns:\n${ended.text}`
    assert.match(ended.text, shown, line)
    assert.equal(ended.code, code, line)
    if (fits) assert.equal(wrappedCount(ended.screen), 0, line)
  }
  await isInspected(directory.path, columns)
  await isRemoved(directory, columns)
}

/** The inspector goes on until Ctrl-C. */
async function isInspected(path, columns) {
  const inspecting = startTool(['inspect', path], { columns })
  await inspecting.shown((lines) => lines.some((it) => it.includes('End it')))
  inspecting.type('\u0003')
  assert.equal(await inspecting.ended, 0)
}

/** A database of that directory's, imported into another, is asked for; Ctrl-C, Ctrl-D and n leave it, y deletes it. */
async function isRemoved({ path, name }, columns) {
  const [file, copy] = [freshPath(), freshPath()]
  await output(['export', path, name, file])
  await output(['import', copy, file])
  for (const [typed, code, answer] of [
    ['\u0003', 130, /\? \[y\/N\] \nerror: Interrupted; nothing was deleted\n$/],
    ['\u0004', 1, /\? \[y\/N\] \nnothing was deleted\n$/],
    ['n\r', 1, /\? \[y\/N\] n\nnothing was deleted\n$/],
    ['y\r', 0, new RegExp(`\\? \\[y/N\\] y\\ndeleted "${name}", version \\d+\\n$`)],
  ]) {
    const asking = startTool(['rm', copy, name], { columns })
    await asking.shown((lines) => lines.at(-1)?.endsWith('? [y/N] '))
    asking.type(typed)
    const found = await asking.ended
    assert.match(textOf(asking.screen), answer)
    assert.equal(found, code)
  }
  assert.deepEqual((await json(['ls', copy])).databases, [])
}

async function showsProgress(columns) {
  const pipe = freshPath()
  const { end } = beginExport(pipe)
  try {
    await showsProgressOf(pipe, columns)
  } finally {
    end()
  }
}

async function showsProgressOf(pipe, columns) {
  const path = freshPath()
  const importing = startTool(['import', path, pipe], { columns })
  const bar = await importing.shown((lines) => lines.find((it) => it.includes(' left')))
  assert.match(
    bar,
    /^(?:read|store) {2}[█░]{8,24} +\d+ % +[\d,]+ of 20,000 records +[\d,]+\/s {2}\d+ (?:s|min|h) left$/,
  )
  assert.equal(wrappedCount(importing.screen), 0)
  importing.type('\u0003')
  const code = await importing.ended
  assert.match(textOf(importing.screen), /error: Interrupted; nothing was imported\n$/)
  assert.ok(!textOf(importing.screen).includes('█'))
  assert.equal(code, 130)
  assert.equal(existsSync(path), false)
}

/** All that is painted elsewhere. */
const painted = ({ path, name }) => [
  ['ls', path],
  ['schema', path, name],
  ['dump', path, name],
  ['check', path],
  ['doctor', path],
  ['--help'],
  ['ls', join(root, 'nowhere')],
]

function allOf(at, { isInUse }) {
  const [directory, columns] = [directories[at], widths[isInUse ? 1 - at : at]]
  const show = () => showsAll(directory, columns, isInUse)
  return [
    `each command on what ${at ? 'a stranger' : 'Dexie'} has made, in a terminal${isInUse ? ' and in use' : ''}`,
    isInUse ? () => whileInUse(directory.path, show) : show,
  ]
}

function pageIn(columns) {
  return [
    `the sessions of the page show what it says in a terminal of ${columns} columns`,
    () => showsSessions(columns),
  ]
}

const checks = [
  allOf(0, { isInUse: false }),
  allOf(1, { isInUse: true }),
  pageIn(80),
  [
    'a terminal gets colours, and none with NO_COLOR',
    async () => {
      for (const args of painted(directories[0])) {
        const { screen, text } = await inTerminal(args)
        assert.ok(paintedCount(screen) > 0, text)
        const plain = await inTerminal(args, { env: { NO_COLOR: '1' } })
        assert.equal(plain.text, text)
        assert.equal(paintedCount(plain.screen), 0)
      }
    },
  ],
  [
    'a terminal that is dumb gets text alone, also where there is a bar elsewhere',
    async () => {
      const env = { TERM: 'dumb' }
      for (const args of painted(directories[0])) {
        assert.ok(!(await inTerminal(args, { env })).written().includes('\u001b'))
      }
      const file = freshPath()
      await output(['export', directories[0].path, 'library', file])
      const imported = await inTerminal(['import', freshPath(), file], { env })
      assert.equal(imported.written(), '3,003 records in library, version 20\r\n')
    },
  ],
  [
    'a terminal gets a bar with rate and time left, within its width, and Ctrl-C ends it with 130',
    async () => {
      for (const columns of widths) await showsProgress(columns)
    },
  ],
]

/** The other combinations. */
const moreChecks = [allOf(0, { isInUse: true }), allOf(1, { isInUse: false }), pageIn(120)]

async function showsSessions(columns) {
  const place = freshPath()
  const env = await preparePlace(place)
  const shell = typedAtPrompt({ columns, cwd: place, env })
  for (const { command, printed } of pageSessions()) {
    assert.match(await shell.shownBy(command), patternOf(command, expanded(printed)), command)
  }
  await shell.end()
}

/** With the spaces that a terminal shows for a tab. */
function expanded(text) {
  return text.replace(/^.*\t.*$/gm, (line) =>
    line.split('\t').reduce((shown, part) => shown.padEnd((shown.length >> 3) * 8 + 8) + part),
  )
}

/** `isShort`: each command on one directory that is in use and on one that is not, and the sessions once. */
export function terminalChecks({ isShort }) {
  if (isTerminalHere) return isShort ? checks : [...checks, ...moreChecks]
  const require = () => assert.notEqual(process.env.IDB_TEST_PYTHON, 'required')
  return [['in a terminal: not tried, as there is no python3 with pty here', require]]
}
