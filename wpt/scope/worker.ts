import type { ScopeOptions } from './options.ts'

export function createWorkerClass(_options: ScopeOptions): unknown {
  return undefined
}
