/** The script of the worker that hosts, built from the sources. */
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Builds it into `folder`. It can be started when `built` has resolved. */
export function buildWorker(folder: string): { url: URL; built: Promise<unknown> } {
  const outfile = join(folder, 'worker-node.mjs')
  const built = build({
    absWorkingDir: root,
    entryPoints: ['src/worker-node.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // The engine is looked for from where the source lies.
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'src/platform/node.ts')).href),
    },
  })
  return { url: pathToFileURL(outfile), built }
}
