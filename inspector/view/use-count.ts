/** How many records there are somewhere: shown when it is known, and until another number is. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CountRequest, Source } from '../source/source.ts'

/** null: not known yet, or it cannot be: what reads the records themselves says why. */
export function useCount(source: Source, request: CountRequest, changes: number): number | null {
  const [counted, setCounted] = useState<{ key: string; count: number } | null>(null)
  const key = JSON.stringify(request)
  const wanted = useRef<string | null>(null)
  useEffect(() => {
    wanted.current = key
    // An answer counts also where it was asked for before the last change: there may be changes all the time.
    const show = (count: number): void => {
      if (wanted.current === key) setCounted({ key, count })
    }
    source.count(request).then(show, () => {})
  }, [source, key, changes])
  useEffect(() => () => void (wanted.current = null), [])
  return counted?.key === key ? counted.count : null
}
