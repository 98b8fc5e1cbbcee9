/** Holds results of this package against those of the browser's own implementation. */
import type { PageResult } from '../result.ts'

/**
 * The results as they count: a subtest, or a page, that none of the browser's own stores passes is left out; one that only
 * ours fails to report is NOTRUN. No natives: nothing is known of them, all counts.
 */
export function differences(
  results: readonly PageResult[],
  natives: readonly (readonly PageResult[])[],
): PageResult[] {
  if (natives.length === 0) return [...results]
  return results.map((result) => {
    const own = natives.flatMap((native) => native.find(({ page }) => page === result.page) ?? [])
    return own.length > 0 ? comparedPage(result, own) : result
  })
}

function comparedPage(result: PageResult, natives: readonly PageResult[]): PageResult {
  const passedNatively = new Set(
    natives
      .flatMap(({ subtests }) => subtests)
      .filter(({ status }) => status === 'PASS')
      .map(({ name }) => name),
  )
  const reported = new Set(result.subtests.map(({ name }) => name))
  const missing = [...passedNatively]
    .filter((name) => !reported.has(name))
    .map((name) => ({ name, status: 'NOTRUN', message: 'not reported', stack: null }) as const)
  const endsWellNatively = natives.some(({ status }) => status === 'OK')
  return {
    ...result,
    status: endsWellNatively ? result.status : 'OK',
    subtests: [...result.subtests.filter(({ name }) => passedNatively.has(name)), ...missing],
  }
}
