import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { make, mistakes } from './mistakes.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

test.each(Object.entries(mistakes))('%s says what docs/errors.md has', async (title, mistake) => {
  const { message } = await make(mistake, { explain: false })
  const [, section] = page.split(`### ${title}\n`)
  const [said] = section?.split('\n#') ?? []
  expect(said).toContain(`- now: \`${message}\`\n`)
  expect(message).toMatch(/^[A-Z][^\n]*[^.\n]$/)
})
