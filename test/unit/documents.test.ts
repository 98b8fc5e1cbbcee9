/** That the documents agree with the tree, by the scripts that `npm run check` runs, and that these find what does not. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

test('links, anchors, files, scripts and suites in the documents are there', async () => {
  expect(await run('build/documents.mjs')).toEqual({
    exitCode: 0,
    output: expect.stringMatching(/^Documents: \d+ agree with the tree/),
  })
})

test("ARCHITECTURE's tables agree with the sources", async () => {
  expect(await run('build/architecture.mjs', '--check')).toEqual({ exitCode: 0, output: '' })
})

test('what a document names and is not there is told', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-documents-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(
    join(directory, 'README.md'),
    `[a](b.md) [c](#d) [e](../README.md) [f](https://github.com/idb-everywhere/idb-everywhere/blob/main/README.md#g)
\`${noFile}\` npm run no-script, npm test -- build no-suite
[good](#a-heading) [good](https://example.com) \`src/errors.ts\` npm run build, npm test -- unit

## A heading
`,
  )
  const { exitCode, output } = await run('build/documents.mjs', directory)
  expect(exitCode).toBe(1)
  expect(output.split('\n')).toEqual(
    [
      'b.md',
      '#d',
      '../README.md',
      'https://github.com/idb-everywhere/idb-everywhere/blob/main/README.md#g',
      noFile,
      'npm run no-script',
      'npm test -- no-suite',
    ].map((name) => `README.md: ${name} leads nowhere`),
  )
})

test('a figure that the page it is taken from does not have is told', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-documents-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, 'page.md'), 'It took 1,024 ms.\n')
  writeFileSync(
    join(directory, 'evidence.md'),
    '# Evidence\n\n| a | 1,024 of 24 | [page](page.md) |\n\n## Run it yourself\n',
  )
  const { output } = await run('build/documents.mjs', directory)
  expect(output).toBe('Evidence: page.md has no 24')
})

/** Put together, as this project's code may name no file that it lacks. */
const noFile = ['src', 'no-file.ts'].join('/')

/** Runs a script of the project. */
function run(...args: string[]): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ exitCode: error ? 1 : 0, output: (stdout + stderr).trim() })
    })
  })
}
