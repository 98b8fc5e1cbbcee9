/**
 * Holds the documents to the tree: each link leads to a file and each anchor to a heading; the pictures, files, scripts and suites that a
 * document names are there; each page is in the sidebar of the site; each figure of the table of evidence stands on the page that its row links to.
 *
 * `node build/documents.mjs [directory]` looks at those of the project, or of the directory; the package suite at those that are
 * packed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const projectRoot = fileURLToPath(new URL('..', import.meta.url))

/** The address of a file in the repository. */
const projectFile =
  /^https:\/\/github\.com\/idb-everywhere\/idb-everywhere\/(?:blob|tree|raw)\/main\/(.*)/

/** Folders whose files a document names by their paths from the root. */
const namedFolders = 'src|vfs|test|wpt|build|docs|packages|browser-demo|\\.ci|\\.github'

/**
 * What is wrong with the documents of `directory`, a line each: a package as installed, or the project itself.
 * @param {string} root the project, whose files links and text may name
 */
export function complaintsOf(directory, root = projectRoot) {
  return documentsOf(directory).flatMap((document) => {
    const text = readFileSync(join(directory, document), 'utf8')
    const astray = [
      ...linksOf(text).filter((link) => !leadsSomewhere(link, { document, directory, root })),
      ...missingNames(text, root),
    ].map((wrong) => `${document}: ${wrong} leads nowhere`)
    return [
      ...astray,
      ...missingPictures(text, join(root, dirname(document))).map(
        (path) => `${document}: there is no ${path}`,
      ),
      ...unlisted(document, root),
      ...unfoundedFigures(text, { root, folder: join(directory, dirname(document)) }),
    ]
  })
}

function documentsOf(directory) {
  const folders = ['', 'docs', 'docs/recipes', 'packages/fake-indexeddb', '.github']
  const candidates = folders.flatMap((folder) => {
    const path = join(directory, folder)
    return existsSync(path) ? readdirSync(path).map((name) => join(folder, name)) : []
  })
  return candidates.filter((name) => name.endsWith('.md'))
}

function linksOf(markdown) {
  const text = withoutSamples(markdown)
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
  const references = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)]
  return [...inline, ...references].map(([, link]) => link)
}

function leadsSomewhere(link, { document, directory, root }) {
  const [address, anchor] = link.split('#')
  const [, inProject] = address.match(projectFile) ?? []
  if (inProject === undefined && /^https?:/.test(address)) return true
  const file =
    inProject === undefined
      ? join(directory, address === '' ? document : join(dirname(document), address))
      : join(root, inProject)
  const home = inProject === undefined ? directory : root
  if (!existsSync(file) || relative(home, file).startsWith('..')) return false
  return anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).includes(anchor)
}

/** As the registry and the repository's host name them. */
function anchorsOf(markdown) {
  return [...withoutSamples(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** Pictures in HTML, relative to the document in the repository: the registry's site looks there, too, and they are not packed. */
function missingPictures(text, folder) {
  const named = [...text.matchAll(/\ssrc(?:set)?="([^":]+)"/g)].map(([, path]) => path)
  return named.filter((path) => !existsSync(join(folder, path)))
}

/** A page that the site has not got. */
function unlisted(document, root) {
  const [, page] = document.match(/^docs\/(.*)/) ?? []
  if (page === undefined) return []
  const pages = readFileSync(join(root, 'docs/.vitepress/pages.mjs'), 'utf8')
  return pages.includes(`'${page}':`) ? [] : [`${document}: docs/.vitepress/pages.mjs lacks it`]
}

/** The files, scripts and suites that the text names and the project lacks. */
function missingNames(text, root) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const suites = readFileSync(join(root, 'test/suite-list.mjs'), 'utf8')
  const files = [
    ...text.matchAll(new RegExp(`\`((?:${namedFolders})/[\\w./-]*)\``, 'g')),
    ...text.matchAll(new RegExp(`\\bnode ((?:${namedFolders})/[\\w./-]+)`, 'g')),
  ].map(([, name]) => name)
  const scriptNames = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name)
  const suiteNames = [...text.matchAll(/\bnpm test -- ([\w -]+)/g)].flatMap(([, names]) =>
    names.trim().split(/\s+/),
  )
  return [
    ...files.filter((name) => !existsSync(join(root, name))),
    ...scriptNames.filter((name) => !(name in scripts)).map((name) => `npm run ${name}`),
    ...suiteNames
      .filter((name) => !suites.includes(`name: '${name}'`))
      .map((name) => `npm test -- ${name}`),
  ]
}

/** The figures of a table of evidence that are not in the document which its row links to. */
function unfoundedFigures(text, { root, folder }) {
  const [, table] = /^# Evidence\n([^]*?)^## /m.exec(text) ?? []
  const rows = [...(table ?? '').matchAll(/^\| (.*) \| +\[.*\]\((.*)\) +\|$/gm)]
  return rows.flatMap(([, claim, page]) => {
    const [, inProject] = page.match(projectFile) ?? []
    const file = inProject === undefined ? join(folder, page) : join(root, inProject)
    const known = figuresIn(readFileSync(file, 'utf8'))
    const unfounded = figuresIn(claim).filter((figure) => !known.includes(figure))
    return unfounded.map((figure) => `Evidence: ${page} has no ${figure}`)
  })
}

function figuresIn(text) {
  return text.match(/\d+(?:[.,/]\d+)*/g) ?? []
}

function withoutSamples(markdown) {
  return markdown.replaceAll(/^```[^]*?^```$/gm, '')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = process.argv[2] ?? projectRoot
  const complaints = complaintsOf(directory)
  const count = documentsOf(directory).length
  console.log(complaints.join('\n') || `Documents: ${count} agree with the tree.`)
  process.exitCode = complaints.length === 0 && count > 0 ? 0 : 1
}
