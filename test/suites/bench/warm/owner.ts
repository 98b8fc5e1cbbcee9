/** A process that owns a directory which others share. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts one; it ends when it is disconnected, or with this process. `args`: what `owner-process.ts` takes. @throws Error where it ends early */
export async function startOwner(args: readonly string[]): Promise<ChildProcess> {
  // From the folder beside `warm/` that the bundles of all questions and their common parts lie in.
  const owner = fork(fileURLToPath(new URL('../warm/owner-process.mjs', import.meta.url)), args)
  await new Promise((resolve, reject) => {
    owner.once('message', resolve)
    owner.once('error', reject)
    owner.once('exit', (code) => reject(new Error(`The owner has ended with exit code ${code}`)))
  })
  return owner
}
