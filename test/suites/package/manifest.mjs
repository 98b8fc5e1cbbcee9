/** What people find of a package on its registry page: where it comes from, and links that lead somewhere. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const repository = 'https://github.com/idb-everywhere/idb-everywhere'

/** @param {string} directory the package as installed @param {string} root the project, whose files links may name */
export function checkLinks(directory, root) {
  const readme = readFileSync(join(directory, 'README.md'), 'utf8')
  const broken = linksOf(readme).filter(
    (link) => !leadsSomewhere(link, { directory, root, readme }),
  )
  if (broken.length > 0) throw new Error(`README.md: these lead nowhere: ${broken.join(', ')}`)
}

/** Complains of a manifest that does not say where the package comes from, or asks for what users need not have. */
export function checkManifest(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const { homepage, bugs, repository: source, peerDependencies } = manifest
  const isComplete =
    homepage?.startsWith(repository) &&
    source?.url === `git+${repository}.git` &&
    bugs === `${repository}/issues`
  if (!isComplete) throw new Error('package.json: homepage, repository and bugs must be there')
  if (peerDependencies) throw new Error('package.json: peerDependencies are for nobody')
}

function linksOf(markdown) {
  const text = markdown.replaceAll(/^```[^]*?^```$/gm, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link)
}

function leadsSomewhere(link, { directory, root, readme }) {
  if (link.startsWith('#')) return anchorsOf(readme).includes(link.slice(1))
  const [, path] = link.match(/\/idb-everywhere\/(?:blob|tree|raw)\/main\/([^#]*)/) ?? []
  if (path !== undefined) return existsSync(join(root, path))
  return /^https?:/.test(link) || existsSync(join(directory, link))
}

/** As the registry and the repository's host name them. */
function anchorsOf(markdown) {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
