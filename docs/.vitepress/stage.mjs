/** Copies the pages to where they are built, and gives links that lead out of docs/ their places on the site or in the repository. */
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'

const repository = 'https://github.com/idb-everywhere/idb-everywhere'

/** The project's own documents → their pages. */
const projectPages = {
  'ARCHITECTURE.md': 'project/architecture.md',
  'CHANGELOG.md': 'project/changelog.md',
  'CONTRIBUTING.md': 'project/contributing.md',
}

/** Makes `stage` the folder of pages that VitePress builds. */
export function stagePages({ root, stage }) {
  const docs = join(root, 'docs')
  const skipped = new Set(['dist', 'cache', 'node_modules'])
  cpSync(docs, stage, { recursive: true, filter: (path) => !skipped.has(basename(path)) })
  for (const [source, page] of Object.entries(projectPages)) {
    mkdirSync(dirname(join(stage, page)), { recursive: true })
    cpSync(join(root, source), join(stage, page))
  }
  for (const path of readdirSync(docs, { recursive: true })) {
    if (path.endsWith('.md') && !path.startsWith('.vitepress')) rewrite(stage, path, `docs/${path}`)
  }
  for (const [source, page] of Object.entries(projectPages)) rewrite(stage, page, source)
  writeHome({ root, stage })
}

/** The front page, with the first program of the README, which a test runs. */
function writeHome({ root, stage }) {
  const home = readFileSync(join(root, 'docs/.vitepress/home.md'), 'utf8')
  const [sample] = /^```js\n[^]*?^```$/m.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  if (sample === undefined) throw new Error('The README has no first program')
  writeFileSync(
    join(stage, 'index.md'),
    home.replace('README_SAMPLE', () => sample),
  )
}

/** `source`: where the page lies in the repository. */
function rewrite(stage, page, source) {
  const file = join(stage, page)
  const parts = readFileSync(file, 'utf8').split(/^(```[^]*?^```$)/m)
  const text = parts.map((part, i) =>
    i % 2 === 1 ? part : withPictures(withLinks(part, { page, source })),
  )
  writeFileSync(file, text.join(''))
}

function withLinks(text, place) {
  const inline = text.replaceAll(
    /(\]\()([^)\s]+)(\))/g,
    (_, before, link, after) => before + linkOn(link, place) + after,
  )
  return inline.replaceAll(
    /^(\[[^\]]+\]: )(\S+)$/gm,
    (_, before, link) => before + linkOn(link, place),
  )
}

/** The site has a switch of its own for dark and light, which media queries do not see. */
function withPictures(text) {
  const pattern =
    /<picture>\s*<source[^>]*srcset="([^"]+)"[^>]*>\s*<img([^>]*)src="([^"]+)"([^>]*)>\s*<\/picture>/g
  return text.replaceAll(pattern, (_, dark, before, light, after) =>
    [
      `<img class="only-light"${before}src="./${light}"${after}>`,
      `<img class="only-dark"${before}src="./${dark}"${after}>`,
    ].join('\n'),
  )
}

/** The link as it is on the site. */
function linkOn(link, { page, source }) {
  const [address, anchor] = link.split('#')
  const inProject = pathInProject(address, source)
  if (inProject === null) return link
  const target = pageOf(inProject)
  const suffix = anchor === undefined ? '' : `#${anchor}`
  if (target === null) return `${repository}/${kindOf(inProject)}/main/${inProject}${suffix}`
  const relative = posix.relative(posix.dirname(page), target)
  return (relative.startsWith('.') ? relative : `./${relative}`) + suffix
}

/** The path from the root of the repository; null for links to elsewhere, and within the page. */
function pathInProject(address, source) {
  const [, absolute] =
    address.match(
      /^https:\/\/github\.com\/idb-everywhere\/idb-everywhere\/(?:blob|tree)\/main\/(.*)/,
    ) ?? []
  if (absolute !== undefined) return absolute
  if (address === '' || /^\w+:/.test(address)) return null
  return posix.normalize(posix.join(posix.dirname(source), address))
}

/** The page that shows a file of the repository; null where none does. */
function pageOf(path) {
  if (Object.hasOwn(projectPages, path)) return projectPages[path]
  return /^docs\/.*\.(?:md|svg|png|webp)$/.test(path) ? path.slice('docs/'.length) : null
}

function kindOf(path) {
  return posix.extname(path) === '' ? 'tree' : 'blob'
}
