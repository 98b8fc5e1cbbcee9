import { useMemo, useState } from 'preact/hooks'
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
  readonly applyTheme: ApplyTheme
}

/** The whole view. */
export function Inspector({ source: asked, applyTheme }: InspectorProps) {
  const source = useMemo(() => withPatientCounts(asked), [asked])
  const changes = useChanges(source)
  const [chosen, setPlace] = useState<Place | null>(null)
  const [isEditing, setEditing] = useState(false)
  const catalogue = useCatalogue(source, chosen?.database ?? null, changes)
  const place = placeIn(catalogue, chosen)
  return (
    <div class="inspector">
      <Header {...{ source, applyTheme, isEditing, setEditing }} />
      <div class="body">
        <Places {...{ source, catalogue, changes, place, setPlace }} />
        <main class="content">
          <Content {...{ source, catalogue, place, changes }} isEditing={isEditing} />
        </main>
      </div>
    </div>
  )
}

/** At first, and when what was looked at is gone: the first object store of the first database. */
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
