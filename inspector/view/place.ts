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

/** The databases there are, with the schemas of those that are open in the tree and of the one that is shown. */
export interface Catalogue {
  readonly databases: Loaded<DatabaseName[]>
  readonly schemas: Readonly<Record<string, Schema>>
  /** The chosen one where it is there, else the first; null: there is none. */
  readonly shown: string | null
  readonly opened: ReadonlySet<string>
  readonly setOpened: (opened: ReadonlySet<string>) => void
}

export function useCatalogue(source: Source, chosen: string | null, changes: number): Catalogue {
  // null: as at first, the one that is shown alone.
  const [choice, setOpened] = useState<ReadonlySet<string> | null>(null)
  const databases = useLoad(() => source.databases(), [source, changes])
  const names = (databases.result ?? []).map(({ name }) => name)
  const [first = null] = names
  const shown = chosen !== null && names.includes(chosen) ? chosen : first
  const opened = choice ?? new Set(shown === null ? [] : [shown])
  const needed = names.filter((it) => opened.has(it) || it === shown)
  const schemas = useLoad(async () => {
    const found = await Promise.allSettled(needed.map((it) => source.schema(it)))
    const known = found.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
    return Object.fromEntries(known.map((schema) => [schema.name, schema]))
  }, [source, changes, JSON.stringify(needed)])
  return { databases, schemas: schemas.result ?? {}, shown, opened, setOpened }
}
