import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Source } from '../source/source.ts'
import { Header } from './header.tsx'
import { Failure } from './parts/failure.tsx'
import { Notice } from './parts/notice.tsx'
import { withPatientCounts } from './patient-counts.ts'
import { type Catalogue, type Place, useCatalogue, useChanges } from './place.ts'
import type { ApplyTheme } from './parts/theme-switch.tsx'
import { DatabaseView } from './places/database-view.tsx'
import { Places } from './places/places.tsx'
import { StoreView } from './places/store-view.tsx'

interface InspectorProps {
  readonly source: Source
  /** The database that is shown first; null: the first by name. */
  readonly first: string | null
  readonly onDatabase: ((name: string | null) => void) | undefined
  /** null: the view is part of a page that has a heading and colours of its own. */
  readonly applyTheme: ApplyTheme | null
}

/** The whole view. */
export function Inspector({ source: asked, first, onDatabase, applyTheme }: InspectorProps) {
  const source = useMemo(() => withPatientCounts(asked), [asked])
  const changes = useChanges(source)
  const [chosen, setPlace] = useState<Place | null>(null)
  const [isEditing, setEditing] = useState(false)
  const catalogue = useCatalogue(source, chosen?.database ?? first, changes)
  const place = placeIn(catalogue, chosen)
  useShownDatabase(catalogue, onDatabase)
  // A page has one main part: of a page with other parts this is not it.
  const Main = applyTheme ? 'main' : 'div'
  return (
    <div class={applyTheme ? 'inspector' : 'inspector is-part'}>
      {applyTheme && <Header {...{ source, applyTheme, isEditing, setEditing }} />}
      <div class="body">
        <Places {...{ source, catalogue, changes, place, setPlace }} />
        <Main class="content">
          <Content {...{ source, catalogue, place, changes }} isEditing={isEditing} />
        </Main>
      </div>
    </div>
  )
}

/** Tells of the database that is shown, once it is known which there are. */
function useShownDatabase(
  { databases, shown }: Catalogue,
  onDatabase: InspectorProps['onDatabase'],
): void {
  const isKnown = databases.result !== null
  useEffect(() => {
    if (isKnown) onDatabase?.(shown)
  }, [isKnown, shown])
}

/** At first, and when what was looked at is gone: the first object store of the database that is shown. */
function placeIn({ shown, schemas }: Catalogue, chosen: Place | null): Place | null {
  if (shown === null || chosen?.database === shown) return chosen
  const schema = schemas[shown]
  return schema ? { database: shown, store: schema.stores[0]?.name ?? null, index: null } : null
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
