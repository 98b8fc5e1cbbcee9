import { useRef, useState } from 'preact/hooks'
import type { Source } from '../../source/source.ts'
import type { Catalogue, Place } from '../place.ts'
import { useCount } from '../use-count.ts'
import { shortNumber } from '../words.ts'
import { type PlaceItem, idOf, visibleItems } from './place-items.ts'

export interface PlaceTreeProps {
  readonly source: Source
  readonly catalogue: Catalogue
  readonly changes: number
  readonly place: Place | null
  readonly setPlace: (place: Place) => void
}

/** Databases, object stores and indexes as a tree: one stop of the Tab key, the arrow keys go about in it. */
export function PlaceTree({ source, catalogue, changes, place, setPlace }: PlaceTreeProps) {
  const items = visibleItems(catalogue)
  const list = useRef<HTMLUListElement>(null)
  const [stop, setStop] = useState<string | null>(null)
  const chosen = place && idOf(place)
  const focusable = items.find(({ id }) => id === stop) ?? items.find(({ id }) => id === chosen)
  const tabStop = (focusable ?? items[0])?.id
  const goTo = (item: PlaceItem | undefined): void => {
    if (!item) return
    setStop(item.id)
    list.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[items.indexOf(item)]?.focus()
  }
  const toggle = ({ place: { database } }: PlaceItem, isOpen: boolean): void => {
    const { opened, setOpened } = catalogue
    const others = [...opened].filter((it) => it !== database)
    setOpened(new Set(isOpen ? [...others, database] : others))
  }
  const choose = (item: PlaceItem): void => {
    if (item.level === 1) toggle(item, true)
    setStop(item.id)
    setPlace(item.place)
  }
  const press = (event: KeyboardEvent, item: PlaceItem): void => {
    const action = keyAction(event.key, item, { items, goTo, toggle, choose })
    if (!action) return
    event.preventDefault()
    action()
  }
  return (
    <ul class="place-tree" role="tree" aria-label="Databases" ref={list}>
      {items.map((item) => (
        <li
          key={item.id}
          role="treeitem"
          class={`level-${item.level}`}
          aria-level={item.level}
          aria-posinset={item.at}
          aria-setsize={item.of}
          aria-selected={item.id === chosen}
          {...(item.isOpen !== null && { 'aria-expanded': item.isOpen })}
          tabIndex={item.id === tabStop ? 0 : -1}
          onClick={() => choose(item)}
          onKeyDown={(event) => press(event, item)}
        >
          <span class="place-title">{item.title}</span>
          {item.note && <span class="place-note">{item.note}</span>}
          {item.level === 2 && <RecordCount {...{ source, changes }} place={item.place} />}
        </li>
      ))}
    </ul>
  )
}

function RecordCount({
  source,
  place: { database, store },
  changes,
}: {
  source: Source
  place: Place
  changes: number
}) {
  const count = useCount(
    source,
    { database, store: store ?? '', index: null, range: null },
    changes,
  )
  return count === null ? null : <span class="place-note">{shortNumber(count)}</span>
}

interface TreeActions {
  readonly items: readonly PlaceItem[]
  readonly goTo: (item: PlaceItem | undefined) => void
  readonly toggle: (item: PlaceItem, isOpen: boolean) => void
  readonly choose: (item: PlaceItem) => void
}

/** https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ */
function keyAction(
  key: string,
  item: PlaceItem,
  { items, goTo, toggle, choose }: TreeActions,
): (() => void) | undefined {
  const at = items.indexOf(item)
  const above = items.slice(0, at).reverse()
  const canClose = item.level === 1 && item.isOpen === true
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => goTo(items[at + 1]),
    ArrowUp: () => goTo(items[at - 1]),
    Home: () => goTo(items[0]),
    End: () => goTo(items.at(-1)),
    Enter: () => choose(item),
    ' ': () => choose(item),
    ArrowRight: () => (item.isOpen === false ? toggle(item, true) : goTo(firstIn(items, at))),
    ArrowLeft: () =>
      canClose ? toggle(item, false) : goTo(above.find(({ level }) => level < item.level)),
  }
  return actions[key]
}

function firstIn(items: readonly PlaceItem[], at: number): PlaceItem | undefined {
  const [item, next] = [items[at], items[at + 1]]
  return item && next && next.level > item.level ? next : undefined
}
