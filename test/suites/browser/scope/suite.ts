/** A tiny harness: tests run one after another, and their results are data. */

export interface TestResult {
  readonly title: string
  /** null: it passed. */
  readonly error: string | null
}

/** A list of tests to be run later. */
export class Suite {
  readonly #tests: { title: string; body: () => Promise<void> | void }[] = []

  readonly test = (title: string, body: () => Promise<void> | void): void => {
    this.#tests.push({ title, body })
  }

  async run(): Promise<TestResult[]> {
    const results: TestResult[] = []
    for (const { title, body } of this.#tests) results.push({ title, error: await outcome(body) })
    return results
  }
}

async function outcome(body: () => Promise<void> | void): Promise<string | null> {
  try {
    await body()
    return null
  } catch (error) {
    return describe(error)
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` (${describe(error.cause)})`
  return `${error.name}: ${error.message}${cause}\n${error.stack ?? ''}`
}
