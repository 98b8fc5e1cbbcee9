import type { Script } from '../pages.ts'

/** What a page's process is told, as JSON in its first argument; a worker gets the same with its own URL and scripts. */
export interface ScopeOptions {
  readonly suiteRoot: string
  /** Absolute, with the variant as its query. */
  readonly url: string
  readonly title: string | undefined
  readonly scripts: readonly Script[]
  /** When the harness gives up. */
  readonly timeoutMs: number
  /** The file that messages of the harness are appended to, one JSON per line. */
  readonly report: string
  readonly implementation: Implementation
  /** A directory of this page's own; it need not exist. */
  readonly storagePath: string
}

/** Which IndexedDB to test. */
export type Implementation =
  | { readonly name: 'ours'; readonly entry: string; readonly vfsEntry: string }
  | {
      readonly name: 'ours-on-postgres'
      readonly entry: string
      readonly remoteEntry: string
      readonly connectionString: string
    }
  | { readonly name: 'fake-indexeddb'; readonly entry: string; readonly errorsEntry: string | null }
  | { readonly name: 'indexeddbshim'; readonly entry: string }
