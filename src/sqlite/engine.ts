/** Loading the engine: SQLite compiled to WebAssembly, once per thread. */
import createModule, { type WaSqlite } from 'wa-sqlite/dist/wa-sqlite.mjs'
import { CacheBudget } from './cache-budget.ts'
import { Scratch } from './binding/scratch.ts'
import { VfsBridge } from './vfs-bridge.ts'
import { registerVfs } from './vfs-relay.ts'

/** A loaded engine, shared by all storage directories and databases of a thread. */
export interface Engine {
  readonly module: WaSqlite
  readonly scratch: Scratch
  readonly bridge: VfsBridge
  readonly cacheBudget: CacheBudget
}

/**
 * Loads the engine. `getModule` gives the compiled `wa-sqlite.wasm`: how it is found depends on the platform and is the
 * caller's matter; a compiled module may be shared between threads.
 */
export async function loadEngine(getModule: () => Promise<WebAssembly.Module>): Promise<Engine> {
  const wasm = await getModule()
  const module = await instantiate(wasm)
  const bridge = new VfsBridge(module)
  registerVfs(module, bridge)
  return { module, bridge, scratch: new Scratch(module), cacheBudget: new CacheBudget() }
}

function instantiate(wasm: WebAssembly.Module): Promise<WaSqlite> {
  return new Promise((resolve, reject) => {
    createModule({
      // The glue never settles when this fails: the rejection has to be ours.
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm), reject)
      },
    }).then(resolve, reject)
  })
}
