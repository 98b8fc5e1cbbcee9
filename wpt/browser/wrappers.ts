/** The documents and worker scripts that upstream's server makes out of a `.js` test. */
import type { Page, Script } from '../pages.ts'

/** Where tests run in a browser. */
export const scopeNames = ['window', 'worker'] as const
export type ScopeName = (typeof scopeNames)[number]

/** The URL path of a page in a scope, with the variant; null if it has no such form. */
export function urlIn(scope: ScopeName, { file, variant }: Page): string | null {
  const url = `/IndexedDB/${file}`
  if (url.endsWith('.any.js')) {
    return url.replace(/js$/, scope === 'window' ? 'html' : 'worker.html') + variant
  }
  if (scope === 'worker') return null
  return url.replace(/\.window\.js$/, '.window.html') + variant
}

/** What is served at a URL path that is no file; null if it belongs to none of the pages. */
export function wrapperAt(pathname: string, pages: readonly Page[]): string | null {
  const isWorkerScript = pathname.endsWith('.any.worker.js')
  const base = pathname.replace(/\.(worker\.)?(html|js)$/, '.js')
  const page = pages.find(({ file }) => `/IndexedDB/${file}` === base)
  if (!page || pathname === base) return null
  if (isWorkerScript) return workerScript(page)
  return pathname.endsWith('.worker.html') ? workerDocument(page) : windowDocument(page)
}

function windowDocument(page: Page): string {
  return document(page, [
    `<script>${globalObject('window')}</script>`,
    ...harnessTags,
    '<div id="log"></div>',
    ...urlsOf(page.scripts).map(scriptTag),
  ])
}

function workerDocument(page: Page): string {
  const script = `/IndexedDB/${page.file.replace(/js$/, 'worker.js')}`
  const start = `fetch_tests_from_worker(new Worker(${JSON.stringify(script)} + location.search))`
  return document(page, [...harnessTags, '<div id="log"></div>', `<script>${start}</script>`])
}

function workerScript({ title, scripts }: Page): string {
  return [
    globalObject('worker'),
    ...(title === undefined ? [] : [`self.META_TITLE = ${JSON.stringify(title)}`]),
    ...['/resources/testharness.js', ...urlsOf(scripts)].map(
      (url) => `importScripts(${JSON.stringify(url)})`,
    ),
    'done()',
  ].join('\n')
}

const harnessTags = ['/resources/testharness.js', '/resources/testharnessreport.js'].map(scriptTag)

function document({ title, isLong }: Page, body: readonly string[]): string {
  return [
    '<!doctype html>',
    '<meta charset="utf-8">',
    ...(title === undefined ? [] : [`<title>${title.replaceAll('<', '&lt;')}</title>`]),
    ...(isLong ? ['<meta name="timeout" content="long">'] : []),
    ...body,
  ].join('\n')
}

function scriptTag(url: string): string {
  return `<script src="${url}"></script>`
}

function urlsOf(scripts: readonly Script[]): string[] {
  return scripts.flatMap((it) => ('url' in it ? [it.url] : []))
}

/** `self.GLOBAL`, by which a test can ask where it runs. */
function globalObject(scope: ScopeName): string {
  const answers = [
    `isWindow: () => ${scope === 'window'}`,
    `isWorker: () => ${scope === 'worker'}`,
    'isShadowRealm: () => false',
  ]
  return `self.GLOBAL = { ${answers.join(', ')} }`
}
