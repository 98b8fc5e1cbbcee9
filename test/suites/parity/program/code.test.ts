import { expect, test } from 'vitest'
import { IDBKeyRange, createIndexedDB } from '../../../../src/index.ts'
import { memory } from '../../../../vfs/memory.ts'
import { codeOf } from './code.ts'
import { generatePrograms } from './generate.ts'
import type { Program } from './program.ts'

/** The constructor of functions that may await, which is no global. */
const AsyncFunction = (async () => {}).constructor as FunctionConstructor

test('the code of any program is JavaScript', () => {
  for (const program of generatePrograms(1, 300)) {
    expect(() => new AsyncFunction(codeOf(program))).not.toThrow()
  }
})

test('the code of a program does what the program says', async () => {
  const program: Program = {
    capture: false,
    rounds: [
      {
        kind: 'parallel',
        steps: [
          {
            do: 'open',
            db: 0,
            version: 1,
            upgrade: [
              { do: 'createObjectStore', store: 'a', options: ['object', ['keyPath', 'id']] },
              {
                do: 'request',
                store: 'a',
                method: 'put',
                args: [['object', ['id', ['bytes', 'Uint8Array', 1]]]],
              },
            ],
            success: [],
          },
        ],
      },
      {
        kind: 'parallel',
        steps: [
          {
            do: 'transaction',
            db: 0,
            connection: 0,
            stores: 'a',
            ops: [
              { do: 'request', store: 'a', method: 'get', args: [['range', 'lowerBound', 1]] },
              { do: 'request', store: 'a', method: 'clear', args: [] },
            ],
          },
        ],
      },
    ],
  }
  const lines: string[] = []
  const console = { log: (...parts: unknown[]) => lines.push(parts.map(String).join(' ')) }
  const run = new AsyncFunction('indexedDB', 'IDBKeyRange', 'console', codeOf(program))
  await run(createIndexedDB({ vfs: memory() }), IDBKeyRange, console)
  expect(lines).toEqual([
    'open upgradeneeded 0 1',
    'a.put success [object ArrayBuffer]',
    'transaction complete ',
    'open success',
    'a.clear throws ReadOnlyError',
    'a.get success [object Object]',
    'transaction complete ',
  ])
})
