/** A schema as a drawing: an entity-relationship diagram in the language of Mermaid, which many sites and editors show. */
import { formatKeyPath, optionsText } from './schema-text.ts'
import type { IndexSchema, KeyPath, Schema, StoreSchema } from './read-schema.ts'

/** One diagram; an entity for each store of each database. No end of line after the last line. */
export function mermaidDiagram(schemas: readonly Schema[]): string {
  const lines = schemas.flatMap(({ name, version, stores }) => [
    `  %% ${name === '' ? '""' : name.replace(/[^\x20-\x7e]|%/g, '?')}, version ${version}`,
    ...stores.flatMap((store) => entityLines(store, schemas.length > 1 ? `${name}: ` : '')),
  ])
  // Entities without relationships would else stand beside each other, however many they are.
  return ['erDiagram', '  direction LR', ...lines].join('\n')
}

function entityLines(store: StoreSchema, prefix: string): string[] {
  const { keyPath, autoIncrement, count, indexes } = store
  // An entity cannot be called nothing.
  const name = prefix + (store.name === '' ? '(empty name)' : store.name)
  const records = `${count} ${count === 1 ? 'record' : 'records'}`
  const about = [keyPath === null && 'outside of the value', autoIncrement && 'generated', records]
  return [
    `  ${quoted(name)} {`,
    `    key ${attributeName(keyPath, 'key')} PK ${quoted(about.filter(Boolean).join(', '))}`,
    ...indexes.map(indexLine),
    '  }',
  ]
}

function indexLine({ name, keyPath, unique, multiEntry }: IndexSchema): string {
  const about = `${optionsText({ unique, multiEntry })}: ${name} on ${formatKeyPath(keyPath)}`
  return `    index ${attributeName(keyPath, 'value')} ${unique ? 'UK ' : ''}${quoted(about)}`
}

/** Mermaid has letters, digits, hyphens and underscores in names, begins them with a letter, and reads these three as no names. */
function attributeName(keyPath: KeyPath, otherwise: string): string {
  const path = typeof keyPath === 'string' ? keyPath : (keyPath ?? []).join('_')
  const name = path.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^[^A-Za-z]+/, '')
  if (/^[PFU]K$/.test(name)) return `${name}_`
  return name === '' ? otherwise : name
}

/** Quotes, ends of lines, what a terminal would obey, backslashes and percent signs have no form there. */
function quoted(text: string): string {
  return `"${text.replace(/"/g, "'").replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\\%]/gu, '?')}"`
}
