/** Loading the engine: SQLite compiled to WebAssembly, once per thread. */
import { Connection } from './binding/connection.ts'
import { instantiate } from './binding/instantiate.ts'
import { Scratch } from './binding/scratch.ts'
import type { WaSqlite } from './binding/wa-sqlite.ts'
import { StepWatch } from './binding/step-watch.ts'
import { allowWebAssembly } from '../base/stack-room.ts'
import { CacheBudget } from './care/cache-budget.ts'
import { SpareConnections } from './mount/spare-connections.ts'
import { VfsBridge } from './mount/vfs-bridge.ts'
import { VfsRelay } from './mount/vfs-relay.ts'

/** A loaded engine, shared by all storage directories and databases of a thread. */
export interface Engine {
  readonly module: WaSqlite
  readonly scratch: Scratch
  readonly stepWatch: StepWatch
  readonly bridge: VfsBridge
  readonly cacheBudget: CacheBudget
  readonly spareConnections: SpareConnections
}

/** Runs the work that is the first to have the engine run a statement. */
export type BeginEngine = (work: () => void) => void

/**
 * Loads the engine. `getModule` gives the compiled `wa-sqlite.wasm`: how it is found depends on the platform and is the
 * caller's matter; a compiled module may be shared between threads. `begin`: absent where its first statement is one like all.
 */
export async function loadEngine(
  getModule: () => Promise<WebAssembly.Module>,
  begin?: BeginEngine,
): Promise<Engine> {
  const wasm = await getModule()
  allowWebAssembly()
  const engine = makeEngine(wasm)
  begin?.(() => runStatement(engine))
  return engine
}

function makeEngine(wasm: WebAssembly.Module): Engine {
  const relay = new VfsRelay()
  const stepWatch = new StepWatch()
  const module = instantiate(wasm, { vfs: relay.call, progress: stepWatch.call })
  const bridge = new VfsBridge(module)
  relay.connect(module, bridge)
  return {
    module,
    bridge,
    scratch: new Scratch(module),
    stepWatch,
    cacheBudget: new CacheBudget(),
    spareConnections: new SpareConnections(bridge),
  }
}

/** In a database that is gone with its connection. */
function runStatement(engine: Engine): void {
  const connection = new Connection(engine, { path: ':memory:', label: 'The engine' })
  try {
    connection.execute('BEGIN; COMMIT;')
  } finally {
    connection.close()
  }
}

/** Frees the heap of an engine that no directory uses, though script may still hold what leads to it: a closed connection. */
export function abandonEngine({ module }: Engine): void {
  for (const name of Object.keys(module)) Reflect.deleteProperty(module, name)
}
