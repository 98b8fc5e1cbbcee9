/**
 * Takes the pictures of the command line in docs/pictures: a shell in a terminal, what is typed at its prompt, and what that shows, on
 * a light and on a dark ground. Needs a built `dist/`, and `python3`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from './command.mjs'
import { preparePlace } from './sessions.mjs'
import { drawingOf } from './terminal/drawing.mjs'
import { beginExport } from './terminal/half-an-export.mjs'
import { typedAtPrompt } from './terminal/shell.mjs'
import { linesOf } from './terminal/terminal.mjs'

const folder = fileURLToPath(new URL('../../../docs/pictures', import.meta.url))
const columns = 100
const isAsked = (lines) => lines.at(-1).endsWith('? [y/N] ')

await take('terminal-look', {
  title: 'A terminal: the schema of a database, some of its records, and a check of it',
  async work({ shell }) {
    await shell.shownBy('npx idb-everywhere schema data')
    await shell.shownBy('npx idb-everywhere dump data shop products')
    await shell.shownBy(
      `npx idb-everywhere query data shop orders 'Date(2026-01-30)..' --index 'by day' --keys`,
    )
    await shell.shownBy('npx idb-everywhere check data')
  },
})
await take('terminal-move', {
  title:
    'A terminal: an export, its import, a difference between the two, a question, and the bar of an import',
  async work({ shell, place }) {
    const pipe = join(place, 'orders.jsonl')
    await shell.shownBy('npx idb-everywhere export data shop shop.jsonl')
    await shell.shownBy('npx idb-everywhere import restored shop.jsonl')
    const stool = '{"code":"B7","name":"stool"}'
    await shell.shownBy(`npx idb-everywhere put restored shop products '${stool}' --write`)
    await shell.shownBy('npx idb-everywhere diff data shop restored shop')
    await shell.begin('npx idb-everywhere rm restored shop', isAsked)
    shell.type('y\r')
    const { end } = beginExport(pipe, { count: 200_000, sent: 120_000 })
    const isHalfWay = (lines) => /\s[3-5]\d % .* left$/.test(lines.at(-1))
    await shell.begin('npx idb-everywhere import data orders.jsonl', isHalfWay)
    return end
  },
})

async function take(name, { title, work }) {
  const place = temporaryDirectory()
  const shell = typedAtPrompt({ columns, rows: 30, cwd: place, env: await preparePlace(place) })
  const end = await work({ shell, place })
  // The prompt that waits is no part of it.
  const rows = heightOf(shell.screen) - (linesOf(shell.screen).at(-1) === '$ ' ? 1 : 0)
  for (const theme of ['light', 'dark']) {
    const drawing = drawingOf(shell.screen, { theme, title, rows })
    writeFileSync(join(folder, `${name}-${theme}.svg`), drawing)
    console.log(`${name}-${theme}.svg: ${drawing.length} bytes`)
  }
  if (end) {
    shell.type('\u0003')
    end()
  }
  await shell.end()
}

/** How many rows something stands in, lines that are too long counted as often as they are wrapped. */
function heightOf({ buffer: { active } }) {
  let rows = active.length
  while (rows > 0 && active.getLine(rows - 1).translateToString(true) === '') rows--
  return rows
}
