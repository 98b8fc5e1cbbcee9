/** What is looked at. */
import type { DatabaseName, Schema, Source } from '../source/source.ts'
import { useEffect, useState } from 'preact/hooks'
import { type Loaded, useLoad } from './use-load.ts'

/** `store` null: the database as a whole. */
export interface Place {
  readonly database: string
  readonly store: string | null
  readonly index: string | null
}

/** A number that goes up when something may have changed: at most twice a second. */
export function useChanges(source: Source): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const end = source.watch(() => {
      timer ??= setTimeout(() => {
        timer = null
        setChanges((before) => before + 1)
      }, 300)
    })
    return () => {
      if (timer) clearTimeout(timer)
      end()
    }
  }, [source])
  return changes
}

/** The databases there are, with the schemas of those that are open in the tree. */
export interface Catalogue {
  readonly databases: Loaded<DatabaseName[]>
  readonly schemas: Readonly<Record<string, Schema>>
}

export function useCatalogue(
  source: Source,
  opened: ReadonlySet<string>,
  changes: number,
): Catalogue {
  const databases = useLoad(() => source.databases(), [source, changes])
  const names = (databases.result ?? []).map(({ name }) => name).filter((it) => opened.has(it))
  const schemas = useLoad(async () => {
    const found = await Promise.allSettled(names.map((it) => source.schema(it)))
    const known = found.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
    return Object.fromEntries(known.map((schema) => [schema.name, schema]))
  }, [source, changes, names.join('\n')])
  return { databases, schemas: schemas.result ?? {} }
}
