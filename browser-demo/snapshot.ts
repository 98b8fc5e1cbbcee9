/** Everything that must be the same on two engines after the same script, as text under names. */
import { describeDeeply } from './describe.ts'
import type { RecordedSession } from './session.ts'
import { type Source, type StoredObjectStore, readAll, readDatabase } from './stored.ts'

/** What is compared, in the order the page shows it. */
export const aspects = ['schema', 'records', 'index records', 'results', 'events'] as const
export type Aspect = (typeof aspects)[number]

/** Where → what was there. */
export type Snapshot = Readonly<Record<Aspect, ReadonlyMap<string, string>>>

/** The snapshot of a session and of the database that it left behind. */
export async function takeSnapshot(
  indexedDB: IDBFactory,
  name: string,
  recorded: RecordedSession,
): Promise<Snapshot> {
  const { version, stores } = await readDatabase(indexedDB, name)
  const schema = new Map([['version', String(version)]])
  const records = new Map<string, string>()
  const indexRecords = new Map<string, string>()
  for (const store of stores) {
    describeSchema(schema, store)
    for (const [place, { key, value }] of await placesOf(indexedDB, name, {
      store: store.name,
      index: null,
    })) {
      records.set(place, `${await describeDeeply(key)} → ${await describeDeeply(value)}`)
    }
    for (const index of store.indexes) {
      const source = { store: store.name, index: index.name }
      for (const [place, { key, primaryKey }] of await placesOf(indexedDB, name, source)) {
        indexRecords.set(
          place,
          `${await describeDeeply(key)} → ${await describeDeeply(primaryKey)}`,
        )
      }
    }
  }
  return {
    schema,
    records,
    'index records': indexRecords,
    results: await describeObservations(recorded),
    events: new Map(
      recorded.events().map(({ type, about }, at) => [`event ${at + 1}`, `${type} · ${about}`]),
    ),
  }
}

/** Records by their place in the order of the source, which is compared too. */
async function placesOf(
  indexedDB: IDBFactory,
  name: string,
  source: Parameters<typeof readAll>[2],
): Promise<[string, Awaited<ReturnType<typeof readAll>>[number]][]> {
  const label = source.index === null ? source.store : `${source.store}.${source.index}`
  const records = await readAll(indexedDB, name, source)
  return records.map((record, at) => [`${label}, record ${at + 1}`, record])
}

function describeSchema(schema: Map<string, string>, store: StoredObjectStore): void {
  const generator = store.autoIncrement ? ', key generator' : ''
  schema.set(`store ${store.name}`, `${keyPathOf(store)}${generator}`)
  for (const index of store.indexes) {
    const flags = `${index.unique ? ', unique' : ''}${index.multiEntry ? ', multiEntry' : ''}`
    schema.set(`index ${store.name}.${index.name}`, `${keyPathOf(index)}${flags}`)
  }
}

/** The key path of a store or index, in words. */
function keyPathOf({ keyPath }: Pick<Source, 'keyPath'>): string {
  return keyPath === null ? 'keys out of line' : `key path ${JSON.stringify(keyPath)}`
}

async function describeObservations({
  observations,
}: RecordedSession): Promise<Map<string, string>> {
  const described = new Map<string, string>()
  for (const { what, value } of observations) {
    if (!Array.isArray(value)) {
      described.set(what, await describeDeeply(value))
      continue
    }
    described.set(`${what}, length`, String(value.length))
    for (const [at, item] of value.entries()) {
      described.set(`${what}, ${at + 1}`, await describeDeeply(item))
    }
  }
  return described
}
