/** What a page of the parity suite loads: the interpreter, on the native implementation or on ours. */
import { createIndexedDB, IDBKeyRange as OurKeyRange } from '../../src/index-browser.ts'
import { memory } from '../../vfs/memory.ts'
import { runPrograms } from './interpreter.ts'
import type { Program, Trace } from './program.ts'
import type { Environment } from './run.ts'

export interface PageRequest {
  readonly implementation: 'native' | 'ours'
  readonly programs: readonly Program[]
  readonly prefix: string
  readonly concurrency: number
}

export type RunInPage = (request: PageRequest) => Promise<Trace[]>

let ours: Environment | null = null

function environmentOf(implementation: PageRequest['implementation']): Environment {
  if (implementation === 'native') {
    return { indexedDB: globalThis.indexedDB, keyRange: globalThis.IDBKeyRange }
  }
  ours ??= { indexedDB: createIndexedDB({ vfs: memory() }), keyRange: OurKeyRange }
  return ours
}

const runInPage: RunInPage = ({ implementation, programs, prefix, concurrency }) =>
  runPrograms(environmentOf(implementation), programs, { prefix, concurrency })

Object.assign(globalThis, { runInPage })
