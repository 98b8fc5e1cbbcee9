/** Apart from what uses it, so that its declaration, which the package has, does not lead to the declarations of databases. */
import type { Engine } from '../engine.ts'

/** How an engine is had, and given back. */
export interface EngineSource {
  acquire(): Promise<Engine>
  release(): void
}
