/** What people find of a package on its registry page: where it comes from. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const repository = 'https://github.com/idb-everywhere/idb-everywhere'

/** @throws Error when a manifest does not say where the package comes from, or asks for what users need not have: `pg` is needed where a server is used. */
export function checkManifest(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const { homepage, bugs, repository: source, peerDependencies = {} } = manifest
  const isComplete =
    homepage?.startsWith(repository) &&
    source?.url === `git+${repository}.git` &&
    bugs === `${repository}/issues`
  if (!isComplete) throw new Error('package.json: homepage, repository and bugs must be there')
  const needed = Object.keys(peerDependencies).filter(
    (name) => name !== 'pg' || !manifest.peerDependenciesMeta?.pg?.optional,
  )
  if (needed.length > 0) throw new Error('package.json: users need no peerDependencies')
}
