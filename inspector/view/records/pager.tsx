import { number } from '../words.ts'
import type { Pages } from './use-pages.ts'

/** First, previous, next, last, and between them which records these are. */
export function Pager({ rows, skipped, total, hasPrevious, hasNext, go }: Pages) {
  const shown = `${number(skipped + 1)}–${number(skipped + rows.length)}`
  const where = rows.length === 0 ? 'No records' : shown
  return (
    <nav class="pager" aria-label="Pages of records">
      <PagerButton label="First page" sign="«" isOff={!hasPrevious} press={() => go('first')} />
      <PagerButton
        label="Previous page"
        sign="‹"
        isOff={!hasPrevious}
        press={() => go('previous')}
      />
      <p role="status">
        {where}
        {total !== null && rows.length > 0 && <span> of {number(total)}</span>}
      </p>
      <PagerButton label="Next page" sign="›" isOff={!hasNext} press={() => go('next')} />
      <PagerButton label="Last page" sign="»" isOff={!hasNext} press={() => go('last')} />
    </nav>
  )
}

/** It stays focusable when it is off, so that the focus is not lost at the last page. */
function PagerButton({
  label,
  sign,
  isOff,
  press,
}: {
  label: string
  sign: string
  isOff: boolean
  press: () => void
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-disabled={isOff}
      onClick={() => !isOff && press()}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  )
}
