/** What is loaded for a component, the former result shown until the next is there. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Json } from '../../src/rendering/json.ts'
import { jsonText } from '../../src/rendering/json-text.ts'

export interface Loaded<Result> {
  readonly result: Result | null
  readonly error: Error | null
  readonly isLoading: boolean
  /** Loads again, as the same. */
  readonly again: () => void
}

/** Loads at first and whenever one of the inputs is another. An answer that comes late is dropped. */
export function useLoad<Result>(
  load: () => Promise<Result>,
  inputs: readonly unknown[],
): Loaded<Result> {
  const [state, setState] = useState<Omit<Loaded<Result>, 'again'>>({
    result: null,
    error: null,
    isLoading: true,
  })
  const turn = useRef(0)
  const start = useCallback(() => {
    const mine = ++turn.current
    setState((before) => ({ ...before, isLoading: true }))
    load().then(
      (result) => {
        if (mine !== turn.current) return
        // What is the same stays the same object: nothing is drawn again for it.
        setState((before) => ({
          result: isSame(before.result, result) ? before.result : result,
          error: null,
          isLoading: false,
        }))
      },
      (error: unknown) => {
        if (mine === turn.current)
          setState({ result: null, error: asError(error), isLoading: false })
      },
    )
  }, inputs)
  useEffect(() => {
    start()
    return () => void turn.current++
  }, [start])
  return { ...state, again: start }
}

/** What a source gives is JSON. */
function isSame(one: unknown, other: unknown): boolean {
  return jsonText(one as Json) === jsonText(other as Json)
}

function asError(error: unknown): Error {
  return error instanceof Error || error instanceof DOMException ? error : new Error(String(error))
}
