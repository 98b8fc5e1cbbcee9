/** Going through a list page by page. */
import { button, setEnabled } from './button.ts'
import { element } from './dom.ts'
import { count, counted } from './words.ts'

/** Shows the first page and gives the buttons for the others; `show` is told how many entries lie before the page. */
export function showPager({
  label,
  noun,
  total,
  perPage,
  show,
}: {
  readonly label: string
  readonly noun: string
  readonly total: number
  readonly perPage: number
  readonly show: (skip: number) => void
}): HTMLElement {
  let skip = 0
  const where = element('p', { role: 'status' })
  const go = (by: number): void => {
    skip += by
    show(skip)
    const last = Math.min(skip + perPage, total)
    where.textContent = `${count(skip + 1)}–${count(last)} of ${counted(total, noun)}`
    setEnabled(previous, skip > 0)
    setEnabled(next, last < total)
  }
  const previous = button('Previous', 'quiet', () => go(-perPage))
  const next = button('Next', 'quiet', () => go(perPage))
  if (total > 0) go(0)
  return element(
    'nav',
    { class: 'pager', 'aria-label': label, hidden: total <= perPage },
    previous,
    where,
    next,
  )
}
