import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Writes a program for Node into one file: `contents` imports sources by their path from the root, such as `./src/index.ts`. */
export async function bundleProgram(contents: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: root },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Loaded where a server is asked for.
    external: ['pg'],
    // The engine is looked for from where the source lies.
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'src/platform/node.ts')).href),
    },
  })
}
