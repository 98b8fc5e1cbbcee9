/**
 * A terminal: a command in a pseudo-terminal, which Python's own module makes on every system that has such, and the state of its screen
 * by xterm, the terminal of many editors, without a window.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importBundled } from '../../../kit/bundle.mjs'

const { installedPackage } = (await importBundled('test/kit/runtimes.ts')).module
const script = fileURLToPath(new URL('terminal.py', import.meta.url))

/** Whether a terminal can be had here. */
export const isTerminalHere = spawnSync('python3', ['-c', 'import pty, termios']).status === 0

const xterm = isTerminalHere && (await installedPackage('@xterm/headless', '6.0.0', []))

/** As many lines as are kept: no test shows more. */
const scrollback = 5_000

/** Begins a command in a terminal of that many columns. */
export function startTerminal(command, { columns = 80, rows = 24, cwd, env } = {}) {
  const { Terminal } = createRequire(join(xterm, 'package.json'))('@xterm/headless')
  const screen = new Terminal({ cols: columns, rows, scrollback, allowProposedApi: true })
  const child = spawn('python3', ['-B', script, String(columns), String(rows), ...command], {
    cwd,
    env: { TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.on('error', () => {}) // It may end before it has read what is typed.
  let written = ''
  const waiting = new Set()
  child.stdout.setEncoding('utf8').on('data', (piece) => {
    written += piece
    screen.write(piece, () => {
      for (const look of waiting) look()
    })
  })
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => screen.write('', () => resolve(code)))
  })
  return {
    screen,
    /** All that the command has written, with what a terminal obeys. */
    written: () => written,
    type: (text) => child.stdin.write(text),
    /** What `find` gives of the lines, once that is something. @throws when the command ends before */
    shown: (find) => {
      const { promise, resolve, reject } = withResolvers()
      const look = () => {
        const found = find(linesOf(screen))
        if (found) resolve(found)
      }
      waiting.add(look)
      look()
      void ended.then(() => {
        look()
        reject(new Error(`The command has ended, with only this shown:\n${textOf(screen)}`))
      }, reject)
      return promise.finally(() => waiting.delete(look))
    },
    /** Its exit code. */
    ended,
  }
}

// Node 20 has no Promise.withResolvers.
function withResolvers() {
  let functions
  const promise = new Promise((resolve, reject) => (functions = { resolve, reject }))
  return { promise, ...functions }
}

/** The lines of the screen and above it, each as long as it was written, be it wider than the screen; none for empty ones at the end. */
export function linesOf(screen) {
  const { active } = screen.buffer
  const lines = []
  for (let y = 0; y < active.length; y++) {
    const row = active.getLine(y)
    const isFull = active.getLine(y + 1)?.isWrapped === true
    const text = row.translateToString(!isFull)
    if (row.isWrapped) lines.push(lines.pop() + text)
    else lines.push(text)
  }
  while (lines.at(-1) === '') lines.pop()
  return lines
}

/** The same as one text; each line ends. */
export function textOf(screen) {
  return linesOf(screen)
    .map((line) => `${line}\n`)
    .join('')
}

/** How many lines of the screen were too long for it. */
export function wrappedCount(screen) {
  const { active } = screen.buffer
  let count = 0
  for (let y = 0; y < active.length; y++) if (active.getLine(y).isWrapped) count++
  return count
}

/** How many characters of the screen have a colour or a weight of their own. */
export function paintedCount(screen) {
  const { active } = screen.buffer
  let count = 0
  for (let y = 0; y < active.length; y++) {
    for (let x = 0; x < screen.cols; x++) {
      const cell = active.getLine(y).getCell(x)
      if (cell.isBold() || cell.isDim() || !cell.isFgDefault()) count++
    }
  }
  return count
}
