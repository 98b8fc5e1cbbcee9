import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runPage } from '../../../wpt/page-process.ts'

const page = {
  file: 'a.any.js',
  variant: '?1',
  url: '/IndexedDB/a.any.worker.html?1',
  title: undefined,
  globals: [],
  scripts: [],
  isLong: false,
}

let directory: string

beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-process-'))))
afterEach(() => rmSync(directory, { recursive: true }))

/** Runs the page by a script that writes the given report, then does what `ending` says. */
function runReporting(lines: readonly string[], ending: string) {
  const script = join(directory, 'script.mjs')
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs'
     appendFileSync(JSON.parse(process.argv[2]).report, ${JSON.stringify(lines.join('\n'))})
     ${ending}`,
  )
  return runPage(page, {
    command: [process.execPath, script],
    suiteRoot: directory,
    origin: 'http://127.0.0.1:1',
    implementation: { name: 'indexeddbshim', entry: '' },
  })
}

const message = (type: string, name: string, status: number) =>
  JSON.stringify({ type, test: { name, status, message: null, stack: null } })

test('a crash keeps what was reported, and subtests begun count as not run', async () => {
  const lines = [message('result', 'one', 0), message('test_state', 'two', 3), '{"type":"res']
  const result = await runReporting(lines, "process.kill(process.pid, 'SIGKILL')")
  expect(result).toMatchObject({ page: 'a.any.js?1', status: 'CRASH' })
  expect(result.subtests.map(({ name, status }) => [name, status])).toEqual([
    ['one', 'PASS'],
    ['two', 'NOTRUN'],
  ])
})

test('a process that exits well without a complete report has crashed', async () => {
  const result = await runReporting([message('result', 'one', 0), ''], 'console.error("why")')
  expect(result.status).toBe('CRASH')
  expect(result.message).toContain('why')
})

test("the harness's own status is the page's, and its last word on a subtest counts", async () => {
  const tests = [{ name: 'one', status: 2, message: 'late', stack: null }]
  const complete = { type: 'complete', tests, status: { status: 2, message: null, stack: null } }
  const result = await runReporting([message('result', 'one', 0), JSON.stringify(complete), ''], '')
  expect(result.status).toBe('TIMEOUT')
  expect(result.subtests[0]).toMatchObject({ status: 'TIMEOUT', message: 'late' })
})
