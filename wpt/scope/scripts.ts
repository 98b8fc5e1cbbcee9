import { readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'
import type { Script } from '../pages.ts'
import { suiteFile } from '../server.ts'

/** Runs a classic script in the global scope, where its top-level declarations are visible to the next one. */
export function loadScript(
  { suiteRoot, url }: { suiteRoot: string; url: string },
  script: Script,
): void {
  if ('text' in script) {
    runInThisContext(script.text, { filename: url })
    return
  }
  const path = suiteFile(suiteRoot, new URL(script.url, url).pathname)
  runInThisContext(readFileSync(path, 'utf8'), { filename: path })
}
