/** What the build puts into the single file. */
declare module 'inlined:engine' {
  /** `wa-sqlite.wasm`, gzipped and in Base64. */
  export const gzippedBase64: string
}

declare module 'inlined:worker' {
  /** The script of `worker.ts`, a module with nothing left to import. */
  export const workerScript: string
}
