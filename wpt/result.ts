/** What a page's run gave, in the words of testharness.js. */

/** In the order of the numbers that testharness.js gives them. */
export const subtestStatuses = ['PASS', 'FAIL', 'TIMEOUT', 'NOTRUN', 'PRECONDITION_FAILED'] as const
export type SubtestStatus = (typeof subtestStatuses)[number]

export interface Subtest {
  readonly name: string
  readonly status: SubtestStatus
  /** Why it did not pass; null for a pass. */
  readonly message: string | null
  readonly stack: string | null
}

/** CRASH: the process ended before the harness was done. TIMEOUT: the harness or the runner lost patience. */
export type PageStatus = 'OK' | 'ERROR' | 'TIMEOUT' | 'CRASH' | 'PRECONDITION_FAILED'

export interface PageResult {
  readonly page: string
  readonly file: string
  readonly status: PageStatus
  /** The harness's own message, or the last lines the process wrote; empty when the status is OK. */
  readonly message: string
  readonly subtests: readonly Subtest[]
  readonly elapsedMs: number
}

/** The messages of testharness.js that matter here. It posts them to the thread that started its worker. */
export type HarnessMessage =
  | { readonly type: 'test_state' | 'result'; readonly test: HarnessTest }
  | {
      readonly type: 'complete'
      readonly tests: readonly HarnessTest[]
      readonly status: {
        readonly status: number
        readonly message: string | null
        readonly stack: string | null
      }
    }

export interface HarnessTest {
  readonly name: string
  readonly status: number
  readonly message: string | null
  readonly stack: string | null
}

/** A subtest's result; null while it runs. */
export function subtestOf(test: HarnessTest): Subtest {
  const status = subtestStatuses[test.status]
  if (!status) throw new Error(`unreachable: testharness.js reported status ${test.status}`)
  return { name: test.name, status, message: test.message, stack: test.stack }
}
