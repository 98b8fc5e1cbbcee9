import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listPages } from '../../../wpt/pages.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'idb-everywhere-pages-'))
  mkdirSync(join(root, 'IndexedDB/deep/resources'), { recursive: true })
})

afterEach(() => rmSync(root, { recursive: true }))

function pagesOf(file: string, text: string) {
  writeFileSync(join(root, 'IndexedDB', file), text)
  return listPages({ root, commit: 'none' })
}

test('META lines give scripts relative to the file, title and time limit', () => {
  const text = [
    '// META: title=A title',
    '// META: script=../resources/support.js',
    '// META: script=/common/utils.js',
    '// META: timeout=long',
  ].join('\n')
  expect(pagesOf('deep/a.any.js', text)).toEqual([
    {
      file: 'deep/a.any.js',
      globals: ['window', 'dedicatedworker'],
      variant: '',
      url: '/IndexedDB/deep/a.any.worker.html',
      title: 'A title',
      isLong: true,
      scripts: [
        { url: '/IndexedDB/resources/support.js' },
        { url: '/common/utils.js' },
        { url: '/IndexedDB/deep/a.any.js' },
      ],
    },
  ])
})

test('each variant is a page of its own, with the variant as its query', () => {
  const pages = pagesOf('a.any.js', '// META: variant=?1-2\n// META: variant=?3-last\n')
  expect(pages.map((page) => page.url)).toEqual([
    '/IndexedDB/a.any.worker.html?1-2',
    '/IndexedDB/a.any.worker.html?3-last',
  ])
})

test('a file for windows alone, or in a resources folder, is no page', () => {
  expect(pagesOf('a.any.js', '// META: global=window,serviceworker\n')).toEqual([])
  expect(pagesOf('deep/resources/b.any.js', '')).toEqual([])
})

test('a document gives its scripts in order, without the harness', () => {
  const text = `<title>T</title><meta name="timeout" content="long">
    <script src="/resources/testharness.js"></script><script src=resources/support.js></script>
    <script>first()</script>`
  const [page] = pagesOf('a.html', text)
  expect(page).toMatchObject({ title: 'T', isLong: true })
  expect(page?.scripts).toEqual([{ url: '/IndexedDB/resources/support.js' }, { text: 'first()' }])
})
