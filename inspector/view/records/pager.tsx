import { number } from '../words.ts'
import type { Pages } from './use-pages.ts'

/** First, previous, next, last, and between them which records these are. */
export function Pager(pages: Pages) {
  const { rows, total, hasPrevious, hasNext, go } = pages
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
        {rows.length === 0 ? 'No records' : whereIs(pages)}
        {total !== null && rows.length > 0 && <span> of {number(total)}</span>}
      </p>
      <PagerButton label="Next page" sign="›" isOff={!hasNext} press={() => go('next')} />
      <PagerButton label="Last page" sign="»" isOff={!hasNext} press={() => go('last')} />
    </nav>
  )
}

function whereIs({ rows: { length }, skipped, distance }: Pages): string {
  if (skipped !== null) return `${number(skipped + 1)}–${number(skipped + length)}`
  const beyond = 'beyond' in distance ? distance.beyond : 0
  return beyond === 0 ? `The last ${length}` : `${length} before the last ${number(beyond)}`
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
