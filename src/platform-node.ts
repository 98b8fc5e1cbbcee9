/** Node, Bun and Deno: the file system is the default, the engine lies beside this module. */
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { nodeFs } from '../vfs/node.ts'
import type { Platform } from './platform.ts'
import { startNodeWorker } from './start-node-worker.ts'

export const nodePlatform: Platform = {
  defaultVfs: nodeFs,
  needsWorker: () => false,
  async loadWasm() {
    const url = new URL('../node_modules/wa-sqlite/dist/wa-sqlite.wasm', import.meta.url)
    return WebAssembly.compile(await readFile(url))
  },
  startWorker: startNodeWorker,
  environment: (name) => (mayRead(name) ? process.env[name] : undefined),
  shared: process,
}

/** The part of Deno's permission API that is used here. */
interface Permissions {
  querySync(descriptor: { name: 'env'; variable: string }): { state: string }
}

/** Deno would ask the user, or throw, where reading is not permitted. */
function mayRead(variable: string): boolean {
  const { Deno } = globalThis as { Deno?: { permissions?: Permissions } }
  const permission = Deno?.permissions?.querySync({ name: 'env', variable })
  return permission === undefined || permission.state === 'granted'
}
