/** What the build puts into the single file. */
declare module 'inlined:worker' {
  /** The script of `worker.ts`, a module with nothing left to import, gzipped and as text, see `base/base85.ts`. */
  export const packedWorker: string
}
