import { useState } from 'preact/hooks'
import type { Schema, Source } from '../../source/source.ts'
import { SchemaDrawing } from '../charts/schema-drawing.tsx'
import { SizeChart } from '../charts/size-chart.tsx'
import { Timeline } from '../charts/timeline.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { counted, nameText } from '../words.ts'

/** A database as a whole: its schema, what it takes, and its transactions of the last minute. */
export function DatabaseView({
  source,
  schema,
  changes,
}: {
  source: Source
  schema: Schema
  changes: number
}) {
  const [chosen, choose] = useState('schema')
  const tabs = [
    { id: 'schema', title: 'Schema' },
    { id: 'sizes', title: 'Sizes' },
    { id: 'activity', title: 'Activity' },
  ]
  return (
    <section class="database" aria-labelledby="place-heading">
      <header class="place-header">
        <h2 id="place-heading">{nameText(schema.name)}</h2>
        <p>
          Version {schema.version} · {counted(schema.stores.length, 'object store')}
        </p>
      </header>
      <Tabs tabs={tabs} chosen={chosen} choose={choose} label="Views of the database" />
      <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${chosen}`} tabIndex={0}>
        {chosen === 'schema' && <SchemaDrawing {...{ source, schema, changes }} />}
        {chosen === 'sizes' && <SizeChart {...{ source, changes }} database={schema.name} />}
        {chosen === 'activity' && <Timeline {...{ source, changes }} database={schema.name} />}
      </div>
    </section>
  )
}
