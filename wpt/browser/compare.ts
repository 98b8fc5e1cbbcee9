/** Holds results of this package against those of the browser's own implementation. */
import { scoreOf, sumScores } from '../manifest.ts'
import type { PageResult } from '../result.ts'

/**
 * The results as they count: a subtest, or a page, that the browser's own implementation does not pass either is left out;
 * one that only ours fails to report is NOTRUN. `native` null: nothing is known of it, all counts.
 */
export function differences(
  results: readonly PageResult[],
  native: readonly PageResult[] | null,
): PageResult[] {
  if (native === null) return [...results]
  const nativePages = new Map(native.map((it) => [it.page, it]))
  return results.map((result) => {
    const own = nativePages.get(result.page)
    return own ? comparedPage(result, own) : result
  })
}

function comparedPage(result: PageResult, native: PageResult): PageResult {
  const passedNatively = new Set(
    native.subtests.filter(({ status }) => status === 'PASS').map(({ name }) => name),
  )
  const reported = new Set(result.subtests.map(({ name }) => name))
  const missing = [...passedNatively]
    .filter((name) => !reported.has(name))
    .map((name) => ({ name, status: 'NOTRUN', message: 'not reported', stack: null }) as const)
  return {
    ...result,
    status: native.status === 'OK' ? result.status : 'OK',
    subtests: [...result.subtests.filter(({ name }) => passedNatively.has(name)), ...missing],
  }
}

/** The line of counts of a run. */
export function totalsLine(results: readonly PageResult[], label: string): string {
  const { passed, total } = sumScores(results.map((it) => scoreOf(it)))
  const good = results.filter(({ status }) => status === 'OK').length
  return `WPT ${label}: ${passed}/${total} subtests pass (${good}/${results.length} pages end well)`
}
