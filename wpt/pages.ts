/** What upstream's server makes of a test file: pages, one per variant, each a list of scripts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Suite, testFiles } from './suite.ts'

/** One page: a test file and a variant. */
export interface Page {
  /** Path relative to `IndexedDB/`. */
  readonly file: string
  /** `?…`; empty for the only variant. */
  readonly variant: string
  /** Absolute URL path, with the variant. */
  readonly url: string
  readonly title: string | undefined
  /** The kinds of global object it is for, in upstream's words; `worker` is all kinds of workers. */
  readonly globals: readonly string[]
  readonly scripts: readonly Script[]
  /** `timeout=long`: a minute instead of ten seconds. */
  readonly isLong: boolean
}

/** A script by its absolute URL path, or inline. */
export type Script = { readonly url: string } | { readonly text: string }

/** File and variant: how tables name a page. */
export function pageName(page: Page): string {
  return page.file + page.variant
}

/** Every page of the suite that a worker-like global can host, and every document. */
export function listPages(suite: Suite): Page[] {
  return testFiles(suite).flatMap((file) => pagesOf(suite, file))
}

function pagesOf(suite: Suite, file: string): Page[] {
  const text = readFileSync(join(suite.root, 'IndexedDB', file), 'utf8')
  const url = `/IndexedDB/${file}`
  const page = file.endsWith('.js') ? scriptPage(text, url) : documentPage(text, url)
  if (!page) return []
  const { variants, ...rest } = page
  return (variants.length > 0 ? variants : ['']).map((variant) => ({
    ...rest,
    file,
    variant,
    url: rest.url + variant,
  }))
}

type PageOfFile = Omit<Page, 'file' | 'variant'> & { readonly variants: string[] }

/** A `.js` test states what it needs in `// META: key=value` lines; null if it is not meant for a dedicated worker. */
function scriptPage(text: string, url: string): PageOfFile | null {
  const meta = [...text.matchAll(/^\/\/ META: *(\w+)=(.*)$/gm)]
  const valuesOf = (key: string) => meta.flatMap(([, k, value]) => (k === key ? [value ?? ''] : []))
  const named = valuesOf('global').flatMap((list) => list.split(',').map((it) => it.trim()))
  const globals = named.length > 0 ? named : ['window', 'dedicatedworker']
  const isForWorkers = globals.some((it) => /^(dedicated)?worker$/.test(it))
  if (url.endsWith('.any.js') && !isForWorkers) return null
  const scripts = valuesOf('script').map((path) => ({
    url: new URL(path, `http://host${url}`).pathname,
  }))
  return {
    url: url.replace(/\.any\.js$/, '.any.worker.html'),
    title: valuesOf('title')[0],
    globals,
    scripts: [...scripts, { url }],
    isLong: valuesOf('timeout').includes('long'),
    variants: valuesOf('variant'),
  }
}

/** A document is run by its scripts alone, in order: there is no DOM. */
function documentPage(text: string, url: string): PageOfFile {
  const scripts = [
    ...text.matchAll(/<script(?:\s+src=(["']?)([^"'\s>]+)\1)?[^>]*>([^]*?)<\/script>/g),
  ]
  const isLong = /<meta\s+name=["']?timeout["']?\s+content=["']?long/.test(text)
  return {
    url,
    title: /<title>([^]*?)<\/title>/.exec(text)?.[1]?.trim(),
    globals: ['window'],
    scripts: scripts
      .map(([, , src, inline]) =>
        src ? { url: new URL(src, `http://host${url}`).pathname } : { text: inline ?? '' },
      )
      .filter((it) => !('url' in it && /\/testharness(report)?\.js$/.test(it.url))),
    isLong,
    variants: [...text.matchAll(/<meta\s+name=["']?variant["']?\s+content=["']?([^"'>]+)/g)].map(
      ([, variant]) => variant ?? '',
    ),
  }
}
