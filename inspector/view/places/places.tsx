import { useRef, useState } from 'preact/hooks'
import type { Place } from '../place.ts'
import { nameText } from '../words.ts'
import { PlaceTree, type PlaceTreeProps } from './place-tree.tsx'

/** The tree of places. Where there is little room it is folded, under a line that says what is looked at. */
export function Places(props: PlaceTreeProps) {
  const [isOpen, setOpen] = useState(false)
  const fold = useRef<HTMLButtonElement>(null)
  const setPlace = (place: Place): void => {
    props.setPlace(place)
    // A database is chosen to see what is in it, too.
    if (!isOpen || place.store === null) return
    setOpen(false)
    fold.current?.focus()
  }
  return (
    <nav class="places" aria-label="Databases">
      <button
        type="button"
        class="places-fold"
        ref={fold}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span>{titleOf(props.place)}</span>
      </button>
      <PlaceTree {...props} setPlace={setPlace} />
    </nav>
  )
}

function titleOf(place: Place | null): string {
  if (!place) return 'Databases'
  const { database, store, index } = place
  return [database, store, index]
    .filter((it) => it !== null)
    .map(nameText)
    .join(' › ')
}
