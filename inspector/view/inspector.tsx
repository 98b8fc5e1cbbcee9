import { useEffect, useState } from 'preact/hooks'
import type { Source } from '../source/source.ts'
import { Header } from './header.tsx'
import { Failure } from './parts/failure.tsx'
import { Notice } from './parts/notice.tsx'
import { type Catalogue, type Place, useCatalogue, useChanges } from './place.ts'
import type { ApplyTheme } from './parts/theme-switch.tsx'
import { DatabaseView } from './places/database-view.tsx'
import { PlaceTree } from './places/place-tree.tsx'
import { StoreView } from './places/store-view.tsx'

/** The whole view. */
export function Inspector({ source, applyTheme }: { source: Source; applyTheme: ApplyTheme }) {
  const changes = useChanges(source)
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const [place, setPlace] = useState<Place | null>(null)
  const [isEditing, setEditing] = useState(false)
  const catalogue = useCatalogue(source, opened, changes)
  useFirstPlace(catalogue, { place, setPlace, opened, setOpened })
  return (
    <div class="inspector">
      <Header {...{ source, applyTheme, isEditing, setEditing }} />
      <div class="body">
        <nav class="places" aria-label="Databases">
          <PlaceTree {...{ catalogue, place, setPlace, opened, setOpened }} />
        </nav>
        <main class="content">
          <Content {...{ source, catalogue, place, changes }} isEditing={isEditing} />
        </main>
      </div>
    </div>
  )
}

interface FirstPlace {
  readonly place: Place | null
  readonly setPlace: (place: Place) => void
  readonly opened: ReadonlySet<string>
  readonly setOpened: (opened: ReadonlySet<string>) => void
}

/** At first the first database is open, and its first object store shown; also when what was looked at is gone. */
function useFirstPlace(
  { databases, schemas }: Catalogue,
  { place, setPlace, opened, setOpened }: FirstPlace,
): void {
  const names = databases.result?.map(({ name }) => name) ?? []
  const first = names[0]
  const isGone = place === null || !names.includes(place.database)
  const schema = first === undefined ? undefined : schemas[first]
  useEffect(() => {
    if (first === undefined || !isGone) return
    if (!opened.has(first)) setOpened(new Set([...opened, first]))
    if (schema) setPlace({ database: first, store: schema.stores[0]?.name ?? null, index: null })
  }, [first, isGone, schema])
}

function Content({
  source,
  catalogue: { databases, schemas },
  place,
  changes,
  isEditing,
}: {
  source: Source
  catalogue: Catalogue
  place: Place | null
  changes: number
  isEditing: boolean
}) {
  if (databases.error) return <Failure error={databases.error} again={databases.again} />
  if (databases.result?.length === 0) {
    return (
      <Notice title="There is no database here yet">
        It appears here by itself as soon as a program creates one.
      </Notice>
    )
  }
  const schema = place && schemas[place.database]
  if (!place || !schema) return <p class="waiting">Opening…</p>
  const store = schema.stores.find(({ name }) => name === place.store)
  if (!store) return <DatabaseView key={schema.name} {...{ source, schema, changes }} />
  const index = store.indexes.some(({ name }) => name === place.index) ? place.index : null
  return (
    <StoreView
      key={`${schema.name}\n${store.name}\n${index}`}
      {...{ source, store, changes, isEditing, index }}
      database={schema.name}
    />
  )
}
