/** What the build puts into the single file. */
declare module 'inlined:engine' {
  /** `wa-sqlite.wasm` in Base64. */
  export const wasmBase64: string
}

declare module 'inlined:worker' {
  /** The script of `worker.ts`, a module with nothing left to import. */
  export const workerScript: string
}
