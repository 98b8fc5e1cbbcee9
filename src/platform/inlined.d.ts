/** What the build puts into the single file. */
declare module 'inlined:worker' {
  /** The script of `worker.ts`, a module with nothing left to import, gzipped and in Base64. */
  export const gzippedWorker: string
}
