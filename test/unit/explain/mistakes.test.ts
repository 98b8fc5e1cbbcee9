/** docs/errors.md shows each of the classic mistakes with what the library says to it, without the option explain and with it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { make, mistakes } from './mistakes.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

/** What the page has at that entry of the mistake's section; null: there is none. */
function shown(title: string, entry: string): string | null {
  const [, section] = page.split(`### ${title}\n`)
  const [text] = section?.split('\n#') ?? []
  const line = text?.split('\n').find((it) => it.startsWith(`- ${entry}: `))
  return line?.slice(`- ${entry}: `.length) ?? null
}

/** Without the places, which are of another program, and the times. */
function bare(message: string): string {
  return message
    .replace(/\bat [^()`]*\([^()]*:\d+:\d+\)/g, 'at a place')
    .replace(/\d+ ms/g, 'some ms')
}

const silent = 'A connection that was not closed'
const all = Object.entries(mistakes)
const withWords = all.filter(([title]) => title !== silent)

test.each(withWords)('%s says what docs/errors.md has without explain', async (title, mistake) => {
  const { message } = await make(mistake, { explain: false })
  expect(shown(title, 'now')).toBe(`\`${message}\``)
  expect(message).toMatch(/^[A-Z][^\n]*[^.\n]$/)
  expect(shown(title, 'before')).not.toBe(shown(title, 'now'))
})

test('a connection that was not closed is without explain in the way without a word', async () => {
  const { message } = await make(mistakes[silent] ?? (() => {}), { explain: false })
  expect(message).toBe('without a word')
  expect(shown(silent, 'before')).toBe('nothing, and the request waits')
  expect(shown(silent, 'now')).toBe('the same')
})

test.each(all)('%s says what docs/errors.md has with explain', async (title, mistake) => {
  const { message } = await make(mistake, { explain: true })
  const text = shown(title, 'with `explain`')
  const expected = text === 'the same' ? shown(title, 'now') : text
  expect(bare(expected ?? '')).toBe(`\`${bare(message)}\``)
  expect(message).toMatch(/^[A-Z][^\n]*[^.\n]$/)
})
