/** The documents and worker scripts that upstream's server makes out of a `.js` test. */
import type { Page, Script } from '../pages.ts'

/** Where tests run in a browser. */
export const scopeNames = ['window', 'worker', 'sharedworker', 'serviceworker'] as const
export type ScopeName = (typeof scopeNames)[number]

/** The URL path of a page in a scope, with the variant; null if it has no such form. */
export function urlIn(scope: ScopeName, { file, variant, globals }: Page): string | null {
  const url = `/IndexedDB/${file}`
  if (scope === 'window') return url.replace(/\.(any|window)\.js$/, '.$1.html') + variant
  const global = scope === 'worker' ? 'dedicatedworker' : scope
  if (!globals.includes('worker') && !globals.includes(global)) return null
  return url.replace(/js$/, `${scope}.html`) + variant
}

/** What is served at a URL path that is no file; null if it belongs to none of the pages. */
export function wrapperAt(pathname: string, pages: readonly Page[]): string | null {
  const [, kind, type] = /\.(?:(\w+worker|worker)\.)?(html|js)$/.exec(pathname) ?? []
  const base = pathname.replace(/\.((\w+)?worker\.)?(html|js)$/, '.js')
  const page = pages.find(({ file }) => `/IndexedDB/${file}` === base)
  if (!page || pathname === base) return null
  if (kind === undefined) return windowDocument(page)
  return type === 'js' ? workerScript(page) : workerDocument(page, kind)
}

function windowDocument(page: Page): string {
  return document(page, [
    `<script>${globalObject('window')}</script>`,
    ...harnessTags,
    '<div id="log"></div>',
    ...urlsOf(page.scripts).map(scriptTag),
  ])
}

/** A document that starts a worker of a kind; its tests are the document's. */
function workerDocument(page: Page, kind: string): string {
  const script = `${JSON.stringify(`/IndexedDB/${page.file.replace(/js$/, 'worker.js')}`)} + location.search`
  const start = workerStarts[kind]
  if (!start) throw new Error(`unreachable: there is no ${kind}`)
  const run = `<script type="module">fetch_tests_from_worker(${start(script)})</script>`
  return document(page, [...harnessTags, '<div id="log"></div>', run])
}

/** Kind of worker → an expression that starts one, given that of its script. */
const workerStarts: Readonly<Record<string, (script: string) => string>> = {
  worker: (script) => `new Worker(${script})`,
  sharedworker: (script) => `new SharedWorker(${script})`,
  // Any scope will do that holds no page.
  serviceworker: (script) =>
    `(await navigator.serviceWorker.register(${script}, { scope: 'nowhere/' })).installing`,
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
