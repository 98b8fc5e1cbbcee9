import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { make, mistakes } from './mistakes.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

test.each(Object.entries(mistakes))('%s says what docs/errors.md has', async (title, mistake) => {
  // Places change with the file: the page has them in words of its own.
  const explain = title === 'A connection that was not closed'
  const { message: said } = await make(mistake, { explain })
  const message = said.replace(/opened at [^;]*;/, 'opened at main (/app/library.js:3:27);')
  const [, section] = page.split(`### ${title}\n`)
  const [text] = section?.split('\n#') ?? []
  expect(text).toContain(`- now: \`${message}\`\n`)
  expect(message).toMatch(/^[A-Z][^\n]*[^.\n]$/)
})
