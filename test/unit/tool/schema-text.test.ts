import { expect, test } from 'vitest'
import { mermaidDiagram } from '../../../tool/databases/mermaid.ts'
import type { Schema } from '../../../tool/databases/read-schema.ts'
import { formatKeyPath, formatSchema } from '../../../tool/databases/schema-text.ts'

const shop: Schema = {
  name: 'shop',
  version: 3,
  stores: [
    {
      name: 'orders',
      keyPath: 'id',
      autoIncrement: true,
      count: 1234,
      indexes: [
        { name: 'by day', keyPath: ['day', 'at.hour'], unique: true, multiEntry: false, count: 7 },
        { name: 'tags', keyPath: 'tags', unique: false, multiEntry: true, count: 2 },
      ],
    },
    { name: 'settings', keyPath: null, autoIncrement: false, count: 1, indexes: [] },
  ],
}

test('A schema in text has a row for each store, and its indexes below it', () => {
  expect(formatSchema(shop)).toBe(`shop, version 3
object store  key path        records
orders        id                1,234  key generator
  by day      [day, at.hour]        7  index, unique
  tags        tags                  2  index, multi-entry
settings                            1`)
})

test('A database without object stores says so', () => {
  expect(formatSchema({ name: 'new', version: 1, stores: [] })).toBe(
    'new, version 1\nno object stores',
  )
})

test('Control characters of names are escaped', () => {
  const [orders] = shop.stores
  const text = formatSchema({ ...shop, name: 'a\nb', stores: [{ ...orders!, name: '\u001b[2J' }] })
  expect(text).toContain('a\\u000ab, version 3')
  expect(text).toContain('\\u001b[2J')
})

test('A key path of the value itself is told from none', () => {
  expect([null, '', 'a.b', ['a', 'b']].map(formatKeyPath)).toEqual(['', '""', 'a.b', '[a, b]'])
})

test('A diagram names only what Mermaid can read', () => {
  expect(mermaidDiagram([shop])).toBe(`erDiagram
  direction LR
  %% shop, version 3
  "orders" {
    key id PK "generated, 1234 records"
    index day_at_hour UK "index, unique: by day on [day, at.hour]"
    index tags "index, multi-entry: tags on tags"
  }
  "settings" {
    key key PK "outside of the value, 1 record"
  }`)
})

test('A diagram calls a store without a name something: Mermaid has no entity without', () => {
  const store = { ...shop.stores[1]!, name: '' }
  const text = mermaidDiagram([{ ...shop, name: '', stores: [store] }])
  expect(text.match(/^ {2}\S.*(?=,| \{)/gm)).toEqual(['  %% ""', '  "(empty name)"'])
})

test('A diagram of several databases tells their stores apart', () => {
  const other = { ...shop, name: 'o"ther\n', stores: shop.stores.slice(1) }
  const entities = mermaidDiagram([shop, other]).match(/^ {2}".*"/gm)
  expect(entities).toEqual([`  "shop: orders"`, `  "shop: settings"`, `  "o'ther?: settings"`])
})

test('A diagram has nothing that a terminal would obey', () => {
  const store = {
    ...shop.stores[0],
    name: 'a\u202eb\u2066c\u009bd\u2028e',
  } as (typeof shop.stores)[number]
  const text = mermaidDiagram([{ ...shop, stores: [store] }])
  expect(text).toContain('"a?b?c?d?e"')
  expect(text).not.toMatch(/[\u0080-\u009f\p{Bidi_Control}\p{Zl}]/u)
})
